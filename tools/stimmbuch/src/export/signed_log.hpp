#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.hpp"
#include "export/log_export.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::program {

// The key of a log, those before it, and what it signed last: what whoever reads its files begins with.
struct SignedLog {
  std::string key_line;
  std::string keys_text;  // of `log.keys`; empty: the key never changed
  tlog::KeyChain keys;
  std::string note;
  tlog::Checkpoint checkpoint;
};

// The keys of a log's files, the newest being that of `log.vkey`. An error of code `differences` says what is
// wrong with them.
struct LogKeyFiles {
  std::string key_line;
  std::string keys_text;
  tlog::KeyChain keys;
};
std::expected<LogKeyFiles, Failure> read_log_keys(const FetchLogFile& fetch);

// A log that has signed nothing yet is not found; one whose checkpoint is not signed by its key is an error.
std::expected<SignedLog, Failure> open_signed_log(const FetchLogFile& fetch);

// Takes a record with its position; false ends the reading.
using UseRecord = std::function<bool(Position position, std::string_view record)>;

// Gives the records behind a position, in order, as many as the checkpoint covers. One bundle is in memory.
std::expected<void, Failure> for_each_record(const FetchLogFile& fetch, const tlog::Checkpoint& checkpoint,
                                             Position after, const UseRecord& use);

// The tiles of a log that is read file by file. Throws LogFileFault.
class FetchedTiles final : public tlog::Tiles {
 public:
  // It must outlive this.
  explicit FetchedTiles(const FetchLogFile& fetch) : fetch_(fetch) {}

  std::vector<tlog::Hash> read(const tlog::Tile& tile) const override;

 private:
  const FetchLogFile& fetch_;
};

}  // namespace stimmbuch::program
