#pragma once

#include <cstddef>
#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include "fail_stop.hpp"

namespace stimmbuch::eventstore {

// What the log and the index have in common.
struct RocksSetup {
  rocksdb::Env* env;
  std::shared_ptr<rocksdb::Cache> cache;
  FailStop* fail_stop;  // tripped by errors in the background
};

// The options of the database with the records.
rocksdb::Options record_log_options(const RocksSetup& setup, std::size_t write_buffer_bytes);

// Of the families of the same database that hold the tree, given those of the records.
rocksdb::ColumnFamilyOptions tree_options(const rocksdb::Options& records);

// The options of the database with the stream index.
rocksdb::Options stream_index_options(const RocksSetup& setup);

}  // namespace stimmbuch::eventstore
