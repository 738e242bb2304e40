#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

#include <algorithm>
#include <chrono>

#include <rocksdb/utilities/checkpoint.h>

#include "durable_files.hpp"
#include "new_record.hpp"
#include "rocks_ledger_parts.hpp"

namespace stimmbuch::eventstore {
namespace {

std::uint64_t property(rocksdb::DB& db, const rocksdb::Slice& name) {
  std::uint64_t value = 0;
  db.GetIntProperty(name, &value);
  return value;
}

std::uint64_t live_wal_bytes(rocksdb::DB& db) {
  rocksdb::VectorLogPtr files;
  std::uint64_t bytes = 0;
  if (db.GetSortedWalFiles(files).ok())
    for (const auto& file : files) bytes += file->SizeFileBytes();
  return bytes;
}

OpenOptions with_absolute_directory(OpenOptions options) {
  options.directory = std::filesystem::absolute(options.directory);
  if (!options.directory.has_filename()) options.directory = options.directory.parent_path();  // "path/"
  return options;
}

rocksdb::Status checkpoint(rocksdb::DB& db, const std::filesystem::path& target) {
  rocksdb::Checkpoint* made = nullptr;
  if (auto status = rocksdb::Checkpoint::Create(&db, &made); !status.ok()) return status;
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return checkpoint->CreateCheckpoint(
      target, /*log_size_for_flush=*/0);  // flush always: no write-ahead log is copied
}

}  // namespace

Position RecordsUpTo::read(Position after, Position up_to, const RecordVisitor& visitor) const {
  return log_.read(after, std::min(up_to, head()), visitor);
}

std::optional<std::string> RecordsUpTo::at(Position position) const {
  if (position == before_first || position > head()) return std::nullopt;
  rocksdb::PinnableSlice record;
  log_.at(position, record);
  return record.ToString();
}

void RecordsUpTo::read_stream(std::string_view subject, const RecordVisitor& visitor) const {
  const auto up_to = head();
  rocksdb::PinnableSlice record;
  for (const auto position : index_.find(index_.hash(subject))) {
    if (position > up_to) return;
    log_.at(position, record);
    const std::string_view bytes(record.data(), record.size());
    if (subject_of_(bytes) == subject && !visitor(position, bytes)) return;
  }
}

RocksLedger::Parts::Parts(const OpenOptions& open_options, const Internals& open_internals)
    : options(with_absolute_directory(open_options)),
      internals(open_internals),
      env(*internals.env),
      fail_stop(options.log),
      cache(rocksdb::NewLRUCache(options.cache_bytes, /*num_shard_bits=*/4, /*strict_capacity_limit=*/false,
                                 /*high_pri_pool_ratio=*/0.5)),
      disk_floor(
          env, options.directory,
          std::max(options.disk_floor_bytes, std::uint64_t{4} * max_memtables * internals.write_buffer_bytes),
          internals.disk_check_interval) {}

void RocksLedger::Parts::stage(std::span<const NewRecord> new_records, Position first) {
  batch.Clear();
  batch_subjects.clear();
  batch_record_bytes = 0;
  auto position = first;
  for (const auto& record : new_records) {
    RecordLog::stage(batch, position, record.bytes);
    batch_subjects.push_back(index->hash(record.subject));
    batch_record_bytes += record.bytes.size();
    position = position + 1;
  }
  tree->stage(batch, new_records);
}

rocksdb::Status RocksLedger::Parts::sync() {
  const auto start = std::chrono::steady_clock::now();
  const auto status = log->commit(batch);
  const auto took = std::chrono::steady_clock::now() - start;
  const auto us =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  last_sync_us.store(us, std::memory_order_relaxed);
  max_sync_us.store(std::max(us, max_sync_us.load(std::memory_order_relaxed)), std::memory_order_relaxed);
  return status;
}

void RocksLedger::Parts::publish(Position last) {
  index->add(batch_subjects);  // first, so that whoever sees the head finds the records by their streams
  synced->raise(last);
  if (options.visibility == Visibility::when_synced) visible->raise(last);
}

RocksLedger::RocksLedger(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RocksLedger::~RocksLedger() = default;

std::expected<Position, AppendError> RocksLedger::append(std::span<const NewRecord> records) {
  using enum AppendError::Kind;
  require_appendable(records);
  auto& parts = *parts_;
  if (parts.fail_stop.tripped()) return std::unexpected(AppendError{failed, parts.fail_stop.reason()});
  if (const auto& refusal = parts.disk_floor.refusal())
    return std::unexpected(AppendError{disk_floor, *refusal});

  const auto before = parts.synced->head();
  parts.stage(records, before + 1);
  if (const auto status = parts.sync(); !status.ok()) {
    parts.fail_stop.trip("writing the log: " + status.ToString());
    return std::unexpected(AppendError{failed, parts.fail_stop.reason()});
  }
  const auto last = before + records.size();
  parts.publish(last);

  parts.groups.fetch_add(1, std::memory_order_relaxed);
  parts.records.fetch_add(records.size(), std::memory_order_relaxed);
  parts.record_bytes.fetch_add(parts.batch_record_bytes, std::memory_order_relaxed);
  return last;
}

const Records& RocksLedger::synced() const {
  return *parts_->synced;
}

const tlog::Tiles& RocksLedger::tiles() const {
  return *parts_->tree;
}

void RocksLedger::show(Position up_to) {
  require_shown_by_hand(parts_->options.visibility);
  if (up_to > head()) parts_->visible->raise(up_to);
}

void RocksLedger::close() {
  parts_->synced->close();
  parts_->visible->close();
}

Position RocksLedger::head() const {
  return parts_->visible->head();
}

Position RocksLedger::read(Position after, Position up_to, const RecordVisitor& visitor) const {
  return parts_->visible->read(after, up_to, visitor);
}

std::optional<std::string> RocksLedger::at(Position position) const {
  return parts_->visible->at(position);
}

void RocksLedger::read_stream(std::string_view subject, const RecordVisitor& visitor) const {
  parts_->visible->read_stream(subject, visitor);
}

Position RocksLedger::wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const {
  return parts_->visible->wait_beyond(position, deadline);
}

Subscription RocksLedger::on_head(Head::Listener listener) const {
  return parts_->visible->on_head(std::move(listener));
}

std::expected<void, std::string> RocksLedger::hard_link_checkpoint(
    const std::filesystem::path& target) const {
  auto& env = parts_->env;
  const auto head_before = head();
  auto status = env.CreateDir(target);
  // The index first: it must not cover more than the log holds.
  if (status.ok()) status = checkpoint(parts_->index->database(), target / "index");
  if (status.ok()) status = checkpoint(parts_->log->database(), target / "log");
  if (status.ok() && parts_->options.visibility == Visibility::when_shown) {
    // What is not visible may yet vanish.
    OpenOptions copy = parts_->options;
    copy.directory = target;
    if (auto cut = cut_records_behind(copy, head_before); !cut) return cut;
  }
  if (status.ok()) status = write_head_file(env, target / "head", head_before);
  if (status.ok()) status = sync_directory(env, std::filesystem::absolute(target).parent_path());
  if (!status.ok()) return std::unexpected("checkpoint to " + target.string() + ": " + status.ToString());
  return {};
}

LedgerStatistics RocksLedger::statistics() const {
  const auto& parts = *parts_;
  auto& log = parts.log->database();
  const auto index = parts.index->statistics();
  return {
      .visible_head = head(),
      .durable_head = parts.synced->head(),
      .groups = parts.groups.load(std::memory_order_relaxed),
      .records = parts.records.load(std::memory_order_relaxed),
      .record_bytes = parts.record_bytes.load(std::memory_order_relaxed),
      .last_sync_us = parts.last_sync_us.load(std::memory_order_relaxed),
      .max_sync_us = parts.max_sync_us.load(std::memory_order_relaxed),
      .index_waits = index.waits,
      .wal_bytes = live_wal_bytes(log),
      .memtable_bytes = property(log, rocksdb::DB::Properties::kSizeAllMemTables),
      .log_file_bytes = property(log, rocksdb::DB::Properties::kLiveSstFilesSize),
      .index_file_bytes = property(parts.index->database(), rocksdb::DB::Properties::kLiveSstFilesSize),
      .index_entries_in_memory = index.entries_in_memory,
      .index_files_ingested = index.files_ingested,
      .index_coverage = parts.index->coverage(),
      .cache_bytes_used = parts.cache->GetUsage(),
      .failed = parts.fail_stop.tripped(),
  };
}

}  // namespace stimmbuch::eventstore
