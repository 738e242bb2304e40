#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "engine.hpp"

namespace stimmbuch::program {

struct RestoreWishes {
  std::optional<std::string> checkpoint;  // the note of one that is known to have been signed
  bool accept_loss = false;
  std::optional<std::string> origin;  // of the new log, where records are lost
};

struct RestoredLedger {
  Position head;
  std::uint64_t lost = 0;      // records that the log is known to have signed for, and that are not there
  std::uint64_t known_to = 0;  // how far it is known to have signed; 0: nobody says
  std::string new_origin;      // empty: it goes on as it was
};

// Puts a backup into the data directory of the options, which must not be there, be empty, or have nothing
// but the file `checkpoint`; nothing beside it is touched. Every file is held against the manifest, every
// record against the tree, and the tree against every checkpoint that is known. A backup that ends before one
// of these is refused, unless the loss is accepted: then the log goes on as a new one, with a name and a key
// of its own, and its next record says so. The directory is there whole at the end, or as it was.
std::expected<RestoredLedger, Failure> restore_backup(const std::filesystem::path& backup,
                                                      const EngineOptions& options,
                                                      const RestoreWishes& wishes, Console& console);

}  // namespace stimmbuch::program
