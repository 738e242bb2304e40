#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/adapters/vault/vault_error.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::vault {

// What was destroyed, kept apart from the data and from all backups of it, so that an older vault or log that
// is put back cannot bring it back: names and keyed hashes alone, in a file that only grows
// (docs/formats/erasures.md). Each line depends on all before it.
//
// One thread at a time; one process, as the data directory it belongs to is one process's.
class ErasureList {
 public:
  // Beside the data directory: `<DIR>.erasures`.
  static std::filesystem::path default_file(const std::filesystem::path& data_dir);

  // Makes the list if it is not there. Refuses one of another ledger, and one that is damaged: what it said
  // cannot be guessed. An end without its line feed was never acknowledged and is cut off.
  static std::expected<std::unique_ptr<ErasureList>, VaultError> open(const std::filesystem::path& file,
                                                                      const LedgerId& ledger);

  // Adds what is not in it yet; durable on return. Throws std::runtime_error when it cannot.
  void append(const Destruction& destruction);

  // Everything that it says.
  Destruction all() const;

  // How far it goes. Of two lists of a ledger one goes on from the other's mark, or they are of two pasts.
  std::string mark() const;
  // Whether it has come by the mark.
  bool goes_on_from(std::string_view mark) const;

 private:
  struct Line {
    std::string text;
    std::string hash;
  };

  ErasureList(std::filesystem::path file, std::string first_line);

  std::filesystem::path file_;
  std::string first_line_;
  std::uint64_t size_ = 0;  // of the file
  std::vector<Line> lines_;
  std::set<std::string, std::less<>> known_;  // their texts
};

// Destroys in the vault what the list says, if the vault has not come as far: before anything is read of a
// vault that may be an older one. True if it had to. An error if the list is older than the vault.
std::expected<bool, VaultError> apply_erasures(RocksVault& vault, const ErasureList& list);

}  // namespace stimmbuch::vault
