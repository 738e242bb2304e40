#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include <rocksdb/db.h>

#include "rocks_setup.hpp"
#include "stimmbuch/eventstore/ledger/position.hpp"
#include "stream_table.hpp"

namespace stimmbuch::eventstore {

// From a stream to the positions of its records: derived data, which the log can restore.
//
// The newest entries are in the active table. When that is full it is frozen, and a thread of the index
// writes it sorted into a file and adds the file to a RocksDB of the index's own, whose write thread nobody
// waits for. A file adds to what others know of a stream and carries the position up to which the index is
// complete with it (its coverage), so that both appear in one step.
//
// add() belongs to the writer thread, all else to any. Errors of the index's thread trip the fail-stop.
class StreamIndex {
 public:
  struct Options {
    std::filesystem::path directory;
    std::filesystem::path staging_file;  // where a file is written before it is added; same file system
    std::size_t table_records;
    unsigned hash_bits;
  };

  // Opens or creates the index. Entries behind coverage() have to be added before it is used.
  static std::expected<std::unique_ptr<StreamIndex>, rocksdb::Status> open(const RocksSetup& setup,
                                                                           Options options);

  SubjectHash hash(std::string_view subject) const;

  // Adds the next records' streams; those of one call become findable together. When two frozen tables are
  // waiting for the thread and the active one is full, waits for a file to be finished, or for the
  // fail-stop.
  void add(std::span<const SubjectHash> subjects);

  // The positions of a stream, ascending, and possibly of others with the same hash. Throws LedgerFault.
  std::vector<Position> find(SubjectHash subject) const;

  // Up to where the index lies in files.
  Position coverage() const { return Position{coverage_.load(std::memory_order_acquire)}; }

  struct Statistics {
    std::uint64_t entries_in_memory;
    std::uint64_t files_ingested;
    std::uint64_t waits;
  };
  Statistics statistics() const;

  rocksdb::DB& database() const { return *db_; }

 private:
  StreamIndex(FailStop& fail_stop, Options options, std::unique_ptr<rocksdb::DB> db, Position coverage);

  void freeze_active();
  void run(const std::stop_token& stop);
  rocksdb::Status ingest(const StreamTable& table);

  FailStop& fail_stop_;
  const Options options_;
  const std::unique_ptr<rocksdb::DB> db_;

  std::atomic<std::uint64_t> coverage_;
  std::atomic<std::uint64_t> files_ingested_ = 0;
  std::atomic<std::uint64_t> waits_ = 0;

  mutable std::shared_mutex mutex_;  // guards the tables; held exclusively for one group of entries at a time
  std::condition_variable_any frozen_changed_;
  std::deque<std::shared_ptr<const StreamTable>> frozen_;  // oldest first
  std::unique_ptr<StreamTable> active_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace stimmbuch::eventstore
