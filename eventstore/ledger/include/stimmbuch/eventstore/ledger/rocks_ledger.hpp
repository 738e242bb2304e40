#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// Somebody who has seen the ledger reach a position: a view, a checkpoint, a backup.
struct Floor {
  std::string seen_by;  // as it is named to the operator
  Position position;
};

struct OpenOptions {
  // Everything lies below it; it is made when absent, its parent is not.
  std::filesystem::path directory;

  // The subject inside a record's bytes. Required. Any thread; must not throw; "" for bytes it cannot read.
  std::string_view (*subject_of)(std::string_view record);

  // Opening is refused when the recovered log ends before one of these. The ledger adds what it knows
  // itself: its head file, at most about a second old, and the coverage of its index.
  std::vector<Floor> floors;

  // What to do with a log whose unsynced tail is damaged, not only cut short, as a power failure may leave
  // it: false refuses with OpenError::damaged; true keeps copies in <directory>/evidence-<n> and opens with
  // what is before the damage, if no floor forbids it.
  bool recover_tail = false;

  // With when_shown nothing is visible until show() is called.
  Visibility visibility = Visibility::when_synced;

  // The block cache of log and index. Looking up a stream that does not exist stays a matter of memory while
  // the index's filters fit into half of it: about 2 bytes a record.
  std::size_t cache_bytes = std::size_t{64} << 20;

  // Appends are refused while the disk has less free than this; never less than 4 times the memtables'
  // budget.
  std::uint64_t disk_floor_bytes = std::uint64_t{1} << 30;

  // Takes messages for the operator, on any thread.
  std::function<void(std::string_view message)> log = [](std::string_view) {};

  // Told while the stream index is being rebuilt, on the opening thread.
  std::function<void(Position done, Position head)> index_progress = [](Position, Position) {};
};

struct OpenError {
  enum class Kind {
    locked,       // Another process has the directory open.
    damaged,      // The log is damaged; `detail` says where and what to do.
    below_floor,  // The log ends before a floor: acknowledged records are missing.
    failed,       // I/O or another error of the system.
  };
  Kind kind;
  std::string detail;  // one or two sentences for the operator
};

struct LedgerStatistics {
  Position visible_head;
  Position durable_head;
  std::uint64_t groups = 0;  // appended since opening, as are the next two
  std::uint64_t records = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t last_sync_us = 0;  // write and sync of one group
  std::uint64_t max_sync_us = 0;
  std::uint64_t index_waits = 0;  // appends that had to wait for the index's files
  std::uint64_t wal_bytes = 0;
  std::uint64_t memtable_bytes = 0;
  std::uint64_t log_file_bytes = 0;
  std::uint64_t index_file_bytes = 0;
  std::uint64_t index_entries_in_memory = 0;
  std::uint64_t index_files_ingested = 0;  // since opening
  Position index_coverage;                 // up to where the index lies in files
  std::uint64_t cache_bytes_used = 0;
  bool failed = false;  // nothing is accepted any more
};

// Takes all records behind `last` out of a ledger that nobody has open, in one synced batch, with its stream
// index and head file, which knew of them. For a node whose records were not those that came to stand; kept
// elsewhere first, they can be read there. After a crash in between it may be repeated. An error text.
std::expected<void, std::string> cut_records_behind(const OpenOptions& options, Position last);

// The ledger on disk.
//
// <directory>/log is a RocksDB with the records and the only truth: it is never rebuilt, and what append()
// acknowledged is in it. <directory>/index, the stream index, is derived from it: it may be deleted while
// the ledger is closed, and is then rebuilt at the next opening. <directory>/head, <directory>/lock and
// <directory>/evidence-<n> explain themselves by OpenOptions. After any failed write or sync nothing more is
// accepted (fail-stop).
//
// Memory is bounded by cache_bytes, three memtables of 16 MiB, three index tables of 250 000 records (about
// 6 MiB each) and RocksDB's small change. append() waits when either kind fills faster than it can be
// written to files.
class RocksLedger final : public Ledger {
 public:
  // Opens or creates a ledger. The head is where the synced log ends; what was not acknowledged may be there
  // or not, but a group never in part.
  static std::expected<std::unique_ptr<RocksLedger>, OpenError> open(const OpenOptions& options);

  // For tests: the file system and the sizes replaced (src/internals.hpp).
  struct Internals;
  static std::expected<std::unique_ptr<RocksLedger>, OpenError> open(const OpenOptions& options,
                                                                     const Internals& internals);

  ~RocksLedger() override;

  std::expected<Position, AppendError> append(std::span<const NewRecord> records) override;
  const Records& synced() const override;
  const tlog::Tiles& tiles() const override;
  void show(Position up_to) override;
  void close() override;
  Position head() const override;
  Position read(Position after, Position up_to, const RecordVisitor& visitor) const override;
  std::optional<std::string> at(Position position) const override;
  void read_stream(std::string_view subject, const RecordVisitor& visitor) const override;
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override;
  Subscription on_head(Head::Listener listener) const override;

  // Makes `target`, which must not exist and lies on the same file system, a ledger directory with
  // everything up to the head at the call, by hard links: quick, and without disturbing appends. It opens
  // like any other. Returns an error text; then a part of the target may be left.
  std::expected<void, std::string> hard_link_checkpoint(const std::filesystem::path& target) const;

  // For metrics; reads a directory, so not for every request.
  LedgerStatistics statistics() const;

 private:
  friend std::expected<void, std::string> cut_records_behind(const OpenOptions&, Position);

  struct Parts;
  explicit RocksLedger(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace stimmbuch::eventstore
