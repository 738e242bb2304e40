#pragma once

#include <cstddef>
#include <cstdint>
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

}  // namespace stimmbuch::codec
