#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/domain/position.hpp"

// A backup of a data directory, as of one record:
//
//   log/  vault/           the databases
//   checkpoint  log.vkey   and log.keys, standing, where there are such: files
//   manifest.json          bytes and SHA-256 of each of these, by name
//
// What can be made anew is not in it: views, index; nor is the key file, which is to be kept elsewhere.
namespace stimmbuch::program {

struct DataDirectory;

// The engine that a backup is made from.
struct BackupSource {
  std::filesystem::path data;
  // Makes a directory, which is not there and lies in `data`, of hard links on log/ and vault/ as of one
  // record.
  std::function<std::expected<void, Failure>(const std::filesystem::path&)> link;
  // A file of the log by its name; nothing if the engine has none yet.
  std::function<std::expected<std::optional<std::string>, Failure>(const std::string&)> log_file;
};

BackupSource source_of(DataDirectory& data);

struct BackupWishes {
  // Everything in the copy of the vault must open under these keys alone.
  std::optional<vault::WrappingKeys> opens_with = {};
  std::stop_token stop = {};  // then it fails
};

struct MadeBackup {
  Position head;
  std::uint64_t signed_size = 0;  // of its checkpoint; 0: nothing was signed yet
};

// Makes one in a directory that is not there yet, or empty, and verifies it: the bytes of every file, the
// checksums of both databases, each record against the tree, and the tree against the checkpoint. It is there
// whole and verified, or not at all. The engine goes on serving.
std::expected<MadeBackup, Failure> make_backup(const BackupSource& source,
                                               const std::filesystem::path& target,
                                               const BackupWishes& wishes, Console& console);

}  // namespace stimmbuch::program
