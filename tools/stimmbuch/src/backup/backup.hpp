#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "access/data_directory.hpp"
#include "cli/console.hpp"
#include "cli/failure.hpp"

// A backup of a data directory, as of one record:
//
//   log/  vault/           the databases
//   checkpoint  log.vkey   and log.keys, standing, where there are such: files
//   manifest.json          bytes and SHA-256 of each of these, by name
//
// What can be made anew is not in it: views, index; nor is the key file, which is to be kept elsewhere.
namespace stimmbuch::program {

struct MadeBackup {
  Position head;
  std::uint64_t signed_size = 0;  // of its checkpoint; 0: nothing was signed yet
};

// Makes one in a directory that is not there yet, or empty, and verifies it: the bytes of every file, the
// checksums of both databases, each record against the tree, and the tree against the checkpoint. It is there
// whole and verified, or not at all. The engine goes on serving.
std::expected<MadeBackup, Failure> make_backup(DataDirectory& data, const std::filesystem::path& target,
                                               Console& console);

}  // namespace stimmbuch::program
