#pragma once

#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "backup/backup.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

// The backups that rotations of the wrapping keys make, since older ones open no more after that: in a
// directory of the operator's, `<ledger>-<time>`, each as `stimmbuch backup` makes one. At every moment
// behind the first rotation a whole one is there. Of one thread.
class RotationBackups {
 public:
  // No directory: none are made.
  RotationBackups(std::filesystem::path directory, const LedgerId& ledger, BackupSource source);

  bool are_wanted() const { return !directory_.empty(); }

  // Makes one, in whose vault everything opens with these keys alone, and which is durable. Or why not: the
  // directory is not there, the backup cannot be made, a row does not open, or it was told to stop.
  std::expected<std::filesystem::path, std::string> make(const vault::WrappingKeys& keys, Time now,
                                                         const std::stop_token& stop) const;

  // Removes all others of this ledger. Throws std::runtime_error.
  void remove_all_but(const std::filesystem::path& backup) const;

 private:
  void remove_unfinished() const;
  std::vector<std::filesystem::path> own() const;

  const std::filesystem::path directory_;
  const std::string front_;  // of their names
  const BackupSource source_;
};

}  // namespace stimmbuch::program
