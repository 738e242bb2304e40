#include "vault_format.hpp"

namespace stimmbuch::vault {

namespace {

using Kind = VaultError::Kind;
using runner::RowClass;

std::string_view take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw VaultFault(Kind::damaged, "a row ends too early");
  const auto front = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return front;
}

std::string numbered_key(std::string_view prefix, std::uint64_t number) {
  std::string key{prefix};
  put_number(key, number, 8);
  return key;
}

}  // namespace

std::string key_of(RowClass row_class, std::string_view name) {
  return std::string{class_prefix(row_class)}.append(name);
}

std::optional<RowAddress> address_of(std::string_view key) {
  for (const auto row_class : {RowClass::texts, RowClass::secrets}) {
    const auto prefix = class_prefix(row_class);
    if (key.starts_with(prefix)) return RowAddress{row_class, std::string{key.substr(prefix.size())}};
  }
  return std::nullopt;
}

std::string owner_key(std::string_view owner, std::string_view handle) {
  return std::string{owner_prefix}.append(owner).append(1, '/').append(handle);
}

std::string note_key(Position first) {
  return numbered_key(note_prefix, number(first));
}

std::string changed_key(std::uint64_t number) {
  return numbered_key(changed_prefix, number);
}

std::string shown(std::string_view key) {
  for (const auto prefix : {note_prefix, changed_prefix}) {
    if (!key.starts_with(prefix) || key.size() != prefix.size() + 8) continue;
    std::string_view bytes = key.substr(prefix.size());
    return std::string{prefix} + std::to_string(take_number(bytes, 8));
  }
  return std::string{key};
}

bool is_own(std::string_view key) {
  return key == publishing_key || key == copied_key || key == erasures_key || key.starts_with(note_prefix) ||
         key.starts_with(changed_prefix);
}

std::optional<RowClass> sealed_as(std::string_view key) {
  if (key.starts_with(class_prefix(RowClass::texts)) || key == check_key(RowClass::texts))
    return RowClass::texts;
  if (key == format_key || key == publishing_key || key == copied_key || key == erasures_key)
    return std::nullopt;
  return RowClass::secrets;
}

void put_number(std::string& bytes, std::uint64_t number, unsigned size) {
  for (unsigned shift = size * 8; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<char>((number >> (shift - 8)) & 255));
  }
}

void put_string(std::string& bytes, std::string_view text) {
  put_number(bytes, text.size(), 4);
  bytes.append(text);
}

std::uint64_t take_number(std::string_view& bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (const char c : take(bytes, size)) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

std::string_view take_string(std::string_view& bytes) {
  return take(bytes, take_number(bytes, 4));
}

std::string written(const Content& content) {
  std::string bytes{content.handle};
  put_number(bytes, content.owners.size(), 4);
  for (const auto& owner : content.owners) put_string(bytes, owner);
  return bytes.append(content.value);
}

Content parse_content(std::string_view bytes) {
  Content content;
  content.handle = take(bytes, Content::handle_size);
  const auto owners = take_number(bytes, 4);
  for (std::uint64_t i = 0; i < owners; ++i) content.owners.emplace_back(take_string(bytes));
  content.value = bytes;
  return content;
}

std::string written(const Note& note) {
  std::string bytes;
  put_number(bytes, number(note.first), 8);
  return bytes.append(written_keys(note.rows));
}

Note parse_note(std::string_view bytes) {
  Note note{.first = Position{take_number(bytes, 8)}, .rows = {}};
  note.rows = parse_keys(bytes);
  return note;
}

std::string written_keys(const std::vector<std::string>& keys) {
  std::string bytes;
  for (const auto& key : keys) put_string(bytes, key);
  return bytes;
}

std::vector<std::string> parse_keys(std::string_view bytes) {
  std::vector<std::string> keys;
  while (!bytes.empty()) keys.emplace_back(take_string(bytes));
  return keys;
}

}  // namespace stimmbuch::vault
