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
  std::atomic<std::uint64_t> durable{0};  // raised by the writer thread
  std::unique_ptr<VisibleHead> visible;
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
