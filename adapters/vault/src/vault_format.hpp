#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/base64url.hpp"

// What stands in the vault's database: its keys, and the contents that are sealed. docs/formats/vault.md has
// the bytes.
namespace stimmbuch::vault {

// A fault whose kind `RocksVault::open` tells its caller.
class VaultFault : public std::runtime_error {
 public:
  using Kind = VaultError::Kind;

  VaultFault(Kind kind, const std::string& text) : std::runtime_error{"vault: " + text}, kind_{kind} {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// ---- keys of the database

constexpr std::string_view format_key = "meta/format";
constexpr std::string_view format = "1";
constexpr std::string_view publishing_key = "meta/publishing";  // its value: whether all is published
constexpr std::string_view publishing_begun = "begun";
constexpr std::string_view publishing_whole = "whole";
constexpr std::string_view copied_key = "meta/copied-to";
constexpr std::string_view erasures_key = "meta/erasures";
constexpr std::string_view note_prefix = "write/";       // and the first position, 8 bytes big-endian
constexpr std::string_view changed_prefix = "changed/";  // and a number, 8 bytes big-endian
constexpr std::string_view owner_prefix = "owner/";

// A row of each class with known content, to tell another vault's keys from this one's.
constexpr std::string_view check_content = "stimmbuch";
constexpr std::string_view check_key(runner::RowClass row_class) {
  return row_class == runner::RowClass::texts ? "meta/check/texts" : "meta/check/secrets";
}

constexpr std::string_view class_prefix(runner::RowClass row_class) {
  return row_class == runner::RowClass::texts ? "texts/" : "secrets/";
}

std::string key_of(runner::RowClass row_class, std::string_view name);
// Nothing if the key is not a row's.
std::optional<RowAddress> address_of(std::string_view key);
std::string owner_key(std::string_view owner, std::string_view handle);
std::string note_key(Position first);
std::string changed_key(std::uint64_t number);

// A key as messages name it: some end in bytes that are no text.
std::string shown(std::string_view key);

// Where a node keeps what concerns itself alone, and what others have no use for.
bool is_own(std::string_view key);

// The class under whose key a value is sealed; nothing if it is not.
std::optional<runner::RowClass> sealed_as(std::string_view key);

// ---- contents: integers big-endian, strings behind their length

void put_number(std::string& bytes, std::uint64_t number, unsigned size);
void put_string(std::string& bytes, std::string_view text);
// The front of what is left; throw VaultFault if there is too little.
std::uint64_t take_number(std::string_view& bytes, std::size_t size);
std::string_view take_string(std::string_view& bytes);

// What is sealed in a row. Its entries under its owners are named by a random handle that only the row knows:
// so what is in clear does not join a citizen to the hash of an identity.
struct Content {
  static constexpr std::size_t handle_size = base64url_size(16);

  std::string handle;
  std::vector<std::string> owners;
  std::string value;
};

std::string written(const Content& content);
Content parse_content(std::string_view bytes);

// What the last write put, to be taken back if its records never came.
struct Note {
  Position first{};
  std::vector<std::string> rows;  // keys
};

std::string written(const Note& note);
Note parse_note(std::string_view bytes);

// What was destroyed or kept and is not published yet.
std::string written_keys(const std::vector<std::string>& keys);
std::vector<std::string> parse_keys(std::string_view bytes);

}  // namespace stimmbuch::vault
