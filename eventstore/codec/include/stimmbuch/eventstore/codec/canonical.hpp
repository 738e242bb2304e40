#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

// The one canonical writing of JSON in this ledger (docs/formats/records.md): members in a fixed order, no
// white space, absent rather than null, integers within ±2^53 only, strings escaped as in RFC 8785, binary as
// base64url without padding. Whatever is written differently is not read, so that two honest readers cannot
// differ.
namespace stimmbuch::codec {

constexpr std::int64_t integer_max = std::int64_t{1} << 53;

// Appends canonical JSON to a string. It writes what it is told in the order in which it is told: that
// members come in the right order is the business of the descriptions (described.hpp), that texts are UTF-8
// and integers within their bound the business of the domain, which accepts nothing else.
class Writer {
 public:
  // The commitment of a text has a salt and so differs whenever the text is sent anew; `named` writes which
  // texts there are.
  enum class VaultTexts { committed, named };

  explicit Writer(std::string& out, VaultTexts texts = VaultTexts::committed) : out_(out), texts_(texts) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  // The name of the next member, written as it is: it must hold nothing to escape.
  void name(std::string_view name);
  void string(std::string_view text);
  void integer(std::int64_t value);
  void boolean(bool value);
  void base64url(std::span<const std::byte> bytes);
  // A string that holds nothing to escape: ids, times, codes.
  void plain(std::string_view text);
  // A value that is canonical JSON already.
  void raw(std::string_view json);

  VaultTexts vault_texts() const { return texts_; }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();

  std::string& out_;
  VaultTexts texts_;
  bool first_ = true;  // no comma before the next name or value
};

// Characters that cannot stand in a string as they are.
constexpr bool is_special(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// The first such character, or the end.
inline const char* find_special(const char* at, const char* end) {
  // Eight at a time: a byte's highest bit is set where it is special. Nearly all of a record lies in strings.
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high = ones * 0x80;
  const auto zero_bytes = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };
  while (end - at >= 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof(bytes));
    const std::uint64_t control = (bytes - ones * 0x20) & ~bytes;
    const std::uint64_t special =
        (control | zero_bytes(bytes ^ (ones * '"')) | zero_bytes(bytes ^ (ones * '\\'))) & high;
    if (special != 0) return at + std::countr_zero(special) / 8;
    at += 8;
  }
  while (at != end && !is_special(*at)) ++at;
  return at;
}

// Reads what Writer writes and nothing else. The first deviation makes it fail for good: every further read
// is then false, so that callers check once at the end.
class Reader {
 public:
  explicit Reader(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  bool begin_object() { return open('{'); }
  bool end_object() { return close('}'); }
  bool begin_array() { return open('['); }
  bool end_array() { return close(']'); }
  // Whether the next character is this bracket; consumes nothing.
  bool at(char bracket) const { return ok_ && at_ != end_ && *at_ == bracket; }

  // Consumes the name of the next member; fails if it is another.
  bool name(std::string_view name);
  // Consumes the name of the next member if it is this one; else leaves it for the next question.
  bool next_is(std::string_view name);
  // The name of the next member, whatever it is: for members with free names.
  bool any_name(std::string_view& name);

  bool string(std::string& text);
  // A string without escapes, as a view into the text that is read.
  bool plain(std::string_view& text);
  bool integer(std::int64_t& value);
  bool boolean(bool& value);
  // Exactly as many bytes as the span holds.
  bool base64url(std::span<std::byte> bytes);

  bool fail() {
    ok_ = false;
    return false;
  }
  bool ok() const { return ok_; }
  // Everything was read, without a deviation.
  bool done() const { return ok_ && at_ == end_; }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  bool open(char bracket);
  bool close(char bracket);
  bool separate();
  bool literal(std::string_view text);
  bool take(char c);

  const char* begin_;
  const char* at_;
  const char* end_;
  bool ok_ = true;
  bool first_ = true;
};

// The steps that every record takes many of are inlined, so that names are compared as constants.

inline bool Reader::take(char c) {
  if (!ok_ || at_ == end_ || *at_ != c) return fail();
  ++at_;
  return true;
}

inline bool Reader::separate() {
  if (!first_ && !take(',')) return false;
  first_ = false;
  return ok_;
}

inline bool Reader::open(char bracket) {
  if (!separate() || !take(bracket)) return false;
  first_ = true;
  return true;
}

inline bool Reader::close(char bracket) {
  if (!take(bracket)) return false;
  first_ = false;
  return true;
}

[[gnu::always_inline]] inline bool Reader::next_is(std::string_view name) {
  if (!ok_) return false;
  const char* at = at_;
  if (!first_) {
    if (at == end_ || *at != ',') return false;
    ++at;
  }
  const auto left = static_cast<std::size_t>(end_ - at);
  if (left < name.size() + 3 || at[0] != '"' || std::memcmp(at + 1, name.data(), name.size()) != 0 ||
      at[name.size() + 1] != '"' || at[name.size() + 2] != ':') {
    return false;
  }
  at_ = at + name.size() + 3;
  first_ = true;
  return true;
}

[[gnu::always_inline]] inline bool Reader::name(std::string_view name) {
  return next_is(name) || fail();
}

inline bool Reader::plain(std::string_view& text) {
  if (!separate() || !take('"')) return false;
  const char* const begin = at_;
  at_ = find_special(at_, end_);
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  return take('"');
}

}  // namespace stimmbuch::codec
