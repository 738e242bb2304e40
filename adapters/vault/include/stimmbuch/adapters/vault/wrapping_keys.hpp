#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "stimmbuch/adapters/vault/vault_error.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::vault {

// The two keys under which the rows of the vault are sealed, one for each class of rows. Whoever lacks them
// has the vault's files but not what is in them; so they are kept apart from the data. A node that shows
// texts and need not know who anybody is has the first alone. Format of the file: docs/formats/keys.md.
struct WrappingKeys {
  crypto::Secret texts;
  std::optional<crypto::Secret> secrets;
  // While the vault is sealed anew: those that take the place of the ones above.
  std::optional<crypto::Secret> next_texts = {};
  std::optional<crypto::Secret> next_secrets = {};

  bool is_changing() const { return next_texts.has_value(); }
  // With new ones to come.
  WrappingKeys with_next() const;
  // The new ones alone.
  WrappingKeys only_next() const { return {.texts = *next_texts, .secrets = next_secrets}; }

  static WrappingKeys random() { return {crypto::Secret::random(), crypto::Secret::random()}; }
};

// Whether a file lies in a directory, or is it, by whatever name: where copies of the one take the other
// along.
bool lies_in(const std::filesystem::path& file, const std::filesystem::path& directory);

// Where the keys of a data directory are unless somebody says otherwise: beside it, `<DIR>.keys`.
std::filesystem::path default_key_file(const std::filesystem::path& data_dir);

// Makes keys and writes them into a new file that only its owner can read; durable on return, and whole or
// not there after a crash. Refuses a file inside `data_dir` and one that is there already.
std::expected<WrappingKeys, VaultError> create_wrapping_keys(const std::filesystem::path& file,
                                                             const std::filesystem::path& data_dir);

// Refuses a file inside `data_dir`, one that others may read or write, and one that is not exactly as
// written.
std::expected<WrappingKeys, VaultError> load_wrapping_keys(const std::filesystem::path& file,
                                                           const std::filesystem::path& data_dir);

// Puts others in the place of keys that are there: after a crash the file has either, whole. Durable on
// return, and the bytes of the former file are overwritten as far as the file system does so. Refuses what
// load_wrapping_keys refuses.
std::expected<void, VaultError> replace_wrapping_keys(const std::filesystem::path& file,
                                                      const std::filesystem::path& data_dir,
                                                      const WrappingKeys& keys);

// Keys that are kept elsewhere: what a command of the shell writes, which is what a key file would hold. It
// has half a minute; what it complains of goes to our standard error.
std::expected<WrappingKeys, VaultError> ask_for_wrapping_keys(const std::string& command);

}  // namespace stimmbuch::vault
