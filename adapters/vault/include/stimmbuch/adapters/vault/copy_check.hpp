#pragma once

#include <expected>
#include <filesystem>
#include <functional>

#include "stimmbuch/adapters/vault/vault_error.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"

namespace stimmbuch::vault {

// Opens everything that is sealed in a copy of a vault, such as RocksVault::hard_link_checkpoint makes, under
// these keys alone. Reads it from the disk, as far as the system does so for files that are synced, and
// verifies their checksums. An error names the first row that does not open, and nothing of what is in it.
// False: it was told not to go on. The copy stays as it is; nobody may have it open. Memory does not grow
// with it.
std::expected<bool, VaultError> opens_wholly(const std::filesystem::path& directory, const WrappingKeys& keys,
                                             const std::function<bool()>& goes_on);

}  // namespace stimmbuch::vault
