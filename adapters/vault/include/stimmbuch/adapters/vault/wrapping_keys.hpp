#pragma once

#include <expected>
#include <filesystem>

#include "stimmbuch/adapters/vault/crypto.hpp"
#include "stimmbuch/adapters/vault/vault_error.hpp"

namespace stimmbuch::vault {

// The two keys under which the rows of the vault are sealed, one for each class of rows. Whoever lacks them
// has the vault's files but not what is in them; so they are kept apart from the data. Format of the file:
// docs/formats/keys.md.
struct WrappingKeys {
  Secret texts;
  Secret secrets;

  static WrappingKeys random() { return {Secret::random(), Secret::random()}; }
};

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

}  // namespace stimmbuch::vault
