#include "rocks_setup.hpp"

#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/universal_compaction.h>

#include "internals.hpp"

namespace stimmbuch::eventstore {
namespace {

class StopOnBackgroundError final : public rocksdb::EventListener {
 public:
  explicit StopOnBackgroundError(FailStop& fail_stop) : fail_stop_(fail_stop) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* status) override {
    fail_stop_.trip("background work: " + status->ToString());
  }
  // A disk that was full is tried again behind our back otherwise, which no option forbids.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*status*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  FailStop& fail_stop_;
};

// Merges what several files know of a stream: the older file's positions come first.
class Concatenate final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing, const rocksdb::Slice& value,
             std::string* merged, rocksdb::Logger* /*logger*/) const override {
    merged->clear();
    if (existing != nullptr) merged->assign(existing->data(), existing->size());
    merged->append(value.data(), value.size());
    return true;
  }
  const char* Name() const override { return "stimmbuch.concatenate"; }
};

rocksdb::Options common_options(const RocksSetup& setup) {
  rocksdb::Options options;
  options.env = setup.env;
  options.create_if_missing = true;
  // Fail-stop: no error is ever retried behind our back.
  options.listeners = {std::make_shared<StopOnBackgroundError>(*setup.fail_stop)};
  options.max_bgerror_resume_count = 0;
  options.max_background_jobs = 2;       // one flush, one compaction; both databases share these threads
  options.max_file_opening_threads = 1;  // opening looks into few files: starting 16 threads takes longer
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = std::size_t{1} << 20;
  options.keep_log_file_num = 2;
  return options;
}

rocksdb::BlockBasedTableOptions common_table_options(const RocksSetup& setup) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = setup.cache;
  table.cache_index_and_filter_blocks = true;  // or memory would grow with the ledger
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  return table;
}

}  // namespace

rocksdb::Options record_log_options(const RocksSetup& setup, std::size_t write_buffer_bytes) {
  auto options = common_options(setup);

  // One writer: its thread is the group, and nothing is gained by making room for others.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;

  // A cut-off last record is what a crash leaves; anything else is damage, and not to be passed over in
  // silence. What was recovered stays in memory and in the write-ahead log, so that opening does not have to
  // write first.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.avoid_flush_during_recovery = true;

  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = max_memtables;
  // The tree's memtables fill slowly, and would keep the log of what the records have long flushed.
  options.max_total_wal_size = (max_memtables - 1) * write_buffer_bytes;

  // Positions only grow, so files never overlap: they are compressed once, when a memtable is flushed, and
  // from then on only moved from level to level. How many lie in level 0 costs nothing, hence no reason to
  // slow the writer down.
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_slowdown_writes_trigger = 1 << 20;
  options.level0_stop_writes_trigger = 1 << 20;
  options.soft_pending_compaction_bytes_limit = 0;
  options.hard_pending_compaction_bytes_limit = 0;

  // Votes of 447 bytes rest at 78 (without dictionary 86, LZ4 123), and are scanned at 70 % of the speed of
  // uncompressed ones. The dictionary is a sample of the file's first megabyte: training one gains a per cent
  // and doubles the work.
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level = 1;
  options.compression_opts.max_dict_bytes = 16 << 10;
  options.compression_opts.max_dict_buffer_bytes = 1 << 20;

  options.max_open_files = 512;

  auto table = common_table_options(setup);
  table.block_size = 16 << 10;  // 8 KiB: scans 25 % slower, 6 % bigger; 32 KiB: single reads 35 % slower
  table.max_auto_readahead_size = std::size_t{2} << 20;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions tree_options(const rocksdb::Options& records) {
  rocksdb::ColumnFamilyOptions options = records;
  options.compression = rocksdb::kNoCompression;  // of hashes there is nothing to gain
  return options;
}

rocksdb::Options stream_index_options(const RocksSetup& setup) {
  auto options = common_options(setup);
  options.merge_operator = std::make_shared<Concatenate>();

  // Every ingested file spans all hashes: merging runs of like size touches each entry a logarithmic number
  // of times.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = 6;
  options.compaction_options_universal.size_ratio = 20;
  options.compaction_options_universal.max_size_amplification_percent = 400;
  // Small files have small filters, so that little is read again when the cache is too small for all of them.
  options.target_file_size_base = std::size_t{4} << 20;

  options.compression = rocksdb::kLZ4Compression;
  options.max_open_files = 512;

  auto table = common_table_options(setup);
  // Nearly every look-up is for a stream that does not exist yet, and should end at the filters. Partitioned
  // filters would double what it costs.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(12));
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace stimmbuch::eventstore
