#include "stimmbuch/eventstore/codec/canonical.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/utf8.hpp"

namespace stimmbuch::codec {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// The two-character escape of RFC 8785 for a control character, or 0.
constexpr char short_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

constexpr char short_unescape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    default:
      return 0;
  }
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (!is_special(c)) {
      out.push_back(c);
    } else if (const char escape = short_escape(c)) {
      out.push_back('\\');
      out.push_back(escape);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\u00").append(1, hex_digits[byte >> 4]).append(1, hex_digits[byte & 0xf]);
    }
  }
}

}  // namespace

void Writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  first_ = true;
}

void Writer::close(char bracket) {
  out_.push_back(bracket);
  first_ = false;
}

void Writer::separate() {
  if (!first_) out_.push_back(',');
  first_ = false;
}

void Writer::name(std::string_view name) {
  separate();
  out_.push_back('"');
  out_.append(name);
  out_.append("\":");
  first_ = true;
}

void Writer::string(std::string_view text) {
  separate();
  out_.push_back('"');
  if (find_special(text.data(), text.data() + text.size()) != text.data() + text.size()) {
    append_escaped(out_, text);
  } else {
    out_.append(text);
  }
  out_.push_back('"');
}

void Writer::plain(std::string_view text) {
  separate();
  out_.push_back('"');
  out_.append(text);
  out_.push_back('"');
}

void Writer::raw(std::string_view json) {
  separate();
  out_.append(json);
}

void Writer::integer(std::int64_t value) {
  separate();
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
}

void Writer::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
}

void Writer::base64url(std::span<const std::byte> bytes) {
  separate();
  out_.push_back('"');
  append_base64url(out_, bytes);
  out_.push_back('"');
}

bool Reader::literal(std::string_view text) {
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (!ok_ || left < text.size() || std::memcmp(at_, text.data(), text.size()) != 0) return fail();
  at_ += text.size();
  return true;
}

bool Reader::any_name(std::string_view& name) {
  if (!plain(name) || !is_utf8(name) || !take(':')) return fail();
  first_ = true;
  return true;
}

bool Reader::string(std::string& text) {
  if (!separate() || !take('"')) return false;
  text.clear();
  while (true) {
    const char* const begin = at_;
    at_ = find_special(at_, end_);
    text.append(begin, at_);
    if (at_ == end_) return fail();
    if (*at_ == '"') break;
    if (*at_ != '\\' || end_ - at_ < 2) return fail();
    if (const char c = short_unescape(at_[1])) {
      text.push_back(c);
      at_ += 2;
      continue;
    }
    // Only control characters without a short escape are written as \u00xx.
    unsigned value = 0;
    if (end_ - at_ < 6 || std::memcmp(at_, "\\u00", 4) != 0) return fail();
    const auto [ptr, error] = std::from_chars(at_ + 4, at_ + 6, value, 16);
    const bool lower = std::none_of(at_ + 4, at_ + 6, [](char c) { return c >= 'A' && c <= 'F'; });
    if (error != std::errc{} || ptr != at_ + 6 || !lower || value >= 0x20 ||
        short_escape(static_cast<char>(value))) {
      return fail();
    }
    text.push_back(static_cast<char>(value));
    at_ += 6;
  }
  ++at_;
  return is_utf8(text) || fail();
}

bool Reader::integer(std::int64_t& value) {
  if (!separate()) return false;
  const auto [ptr, error] = std::from_chars(at_, end_, value);
  if (error != std::errc{} || value > integer_max || value < -integer_max) return fail();
  // No leading zero and no negative zero: those have a shorter writing.
  const char* const digits = *at_ == '-' ? at_ + 1 : at_;
  if (*digits == '0' && (ptr - digits > 1 || digits != at_)) return fail();
  at_ = ptr;
  return true;
}

bool Reader::boolean(bool& value) {
  if (!separate()) return false;
  value = at_ != end_ && *at_ == 't';
  return literal(value ? "true" : "false");
}

bool Reader::base64url(std::span<std::byte> bytes) {
  std::string_view digits;
  return plain(digits) && (from_base64url(digits, bytes) || fail());
}

}  // namespace stimmbuch::codec
