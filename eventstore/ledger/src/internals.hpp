#pragma once

#include <chrono>
#include <cstddef>

#include <rocksdb/env.h>

#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::eventstore {

// What tests replace. Each default is the value measured for production.
struct RocksLedger::Internals {
  rocksdb::Env* env = rocksdb::Env::Default();

  // One of at most three memtables of the log. Three of them bound the live write-ahead log, and so the time
  // to open after a crash (about 4 ms per MiB, and 100 ms for each memtable that has to be flushed on the
  // way).
  std::size_t write_buffer_bytes = std::size_t{16} << 20;

  // The entries after which a table of the stream index is written to a file. More of them mean fewer files
  // to probe and less to merge, but more to read again at opening.
  std::size_t index_table_records = 250'000;

  // How many bits of a subject's hash count; few of them make collisions.
  unsigned subject_hash_bits = 64;

  std::chrono::milliseconds head_file_interval{1000};
  std::chrono::milliseconds disk_check_interval{1000};
};

// Memtables of the log in memory at once: one that is filled, two that are being flushed or wait for it.
inline constexpr std::size_t max_memtables = 3;

}  // namespace stimmbuch::eventstore
