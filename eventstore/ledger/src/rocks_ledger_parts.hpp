#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include "disk_floor.hpp"
#include "fail_stop.hpp"
#include "head_file.hpp"
#include "internals.hpp"
#include "record_log.hpp"
#include "stream_index.hpp"
#include "tree_store.hpp"

namespace stimmbuch::eventstore {

// Holds a lock file. It belongs to one ledger of one process, whoever else tries.
class DirectoryLock {
 public:
  DirectoryLock(rocksdb::Env& env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock() { env_.UnlockFile(lock_); }

 private:
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_;
};

// The records of log and index up to a head.
class RecordsUpTo final : public Records {
 public:
  using SubjectOf = std::string_view (*)(std::string_view record);

  RecordsUpTo(const RecordLog& log, const StreamIndex& index, SubjectOf subject_of, Position head)
      : log_(log), index_(index), subject_of_(subject_of), head_(head) {}

  Position head() const override { return head_.get(); }
  Position read(Position after, Position up_to, const RecordVisitor& visitor) const override;
  std::optional<std::string> at(Position position) const override;
  void read_stream(std::string_view subject, const RecordVisitor& visitor) const override;
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override {
    return head_.wait_beyond(position, deadline);
  }
  Subscription on_head(Head::Listener listener) const override {
    return head_.subscribe(std::move(listener));
  }

  void raise(Position to) { head_.raise(to); }
  void close() { head_.close(); }

 private:
  const RecordLog& log_;
  const StreamIndex& index_;
  const SubjectOf subject_of_;
  mutable Head head_;
};

// What an open ledger is made of, in the order in which it is opened. Filled by the opening, complete when
// that succeeds.
struct RocksLedger::Parts {
  Parts(const OpenOptions& open_options, const Internals& open_internals);

  // The records of a group that are written but not yet shown.
  void stage(std::span<const NewRecord> records, Position first);
  rocksdb::Status sync();
  void publish(Position last);

  const OpenOptions options;
  const Internals internals;
  rocksdb::Env& env;
  FailStop fail_stop;
  std::shared_ptr<rocksdb::Cache> cache;

  std::unique_ptr<DirectoryLock> lock;
  std::unique_ptr<StreamIndex> index;
  std::unique_ptr<RecordLog> log;
  std::unique_ptr<TreeStore> tree;
  std::unique_ptr<RecordsUpTo> synced;   // its head is raised by the writer thread
  std::unique_ptr<RecordsUpTo> visible;  // and this one by it or by show()
  std::unique_ptr<HeadFile> head_file;

  // Of the writer thread.
  DiskFloor disk_floor;
  rocksdb::WriteBatch batch;
  std::vector<SubjectHash> batch_subjects;
  std::uint64_t batch_record_bytes = 0;

  // Written by the writer thread, read by statistics().
  std::atomic<std::uint64_t> groups{0};
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> record_bytes{0};
  std::atomic<std::uint64_t> last_sync_us{0};
  std::atomic<std::uint64_t> max_sync_us{0};
};

}  // namespace stimmbuch::eventstore
