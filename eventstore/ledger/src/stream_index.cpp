#include "stream_index.hpp"

#include <pthread.h>

#define XXH_INLINE_ALL
#include <algorithm>
#include <string>

#include <rocksdb/sst_file_writer.h>
#include <xxhash.h>

#include "big_endian.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {
namespace {

constexpr std::size_t max_frozen_tables = 2;

// Shorter than the key of any stream and before all of them.
const rocksdb::Slice coverage_key("\0", 1);

BigEndian key_of(SubjectHash subject) {
  return BigEndian(std::to_underlying(subject));
}

std::expected<Position, rocksdb::Status> read_coverage(rocksdb::DB& db) {
  std::string value;
  const auto status = db.Get({}, coverage_key, &value);
  if (status.IsNotFound()) return before_first;
  if (!status.ok()) return std::unexpected(status);
  if (value.size() != sizeof(std::uint64_t))
    return std::unexpected(rocksdb::Status::Corruption("coverage of the stream index"));
  return Position{BigEndian::read(value.data())};
}

}  // namespace

std::expected<std::unique_ptr<StreamIndex>, rocksdb::Status> StreamIndex::open(const RocksSetup& setup,
                                                                               Options options) {
  rocksdb::DB* opened = nullptr;
  if (const auto status = rocksdb::DB::Open(stream_index_options(setup), options.directory, &opened);
      !status.ok())
    return std::unexpected(status);
  std::unique_ptr<rocksdb::DB> db(opened);
  const auto coverage = read_coverage(*db);
  if (!coverage) return std::unexpected(coverage.error());
  return std::unique_ptr<StreamIndex>(
      new StreamIndex(*setup.fail_stop, std::move(options), std::move(db), *coverage));
}

StreamIndex::StreamIndex(FailStop& fail_stop, Options options, std::unique_ptr<rocksdb::DB> db,
                         Position coverage)
    : fail_stop_(fail_stop),
      options_(std::move(options)),
      db_(std::move(db)),
      coverage_(number(coverage)),
      active_(std::make_unique<StreamTable>(coverage, options_.table_records)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SubjectHash StreamIndex::hash(std::string_view subject) const {
  return SubjectHash{XXH3_64bits(subject.data(), subject.size()) >> (64 - options_.hash_bits)};
}

void StreamIndex::add(std::span<const SubjectHash> subjects) {
  if (active_->size() != 0 && active_->size() + subjects.size() > options_.table_records) freeze_active();
  const std::lock_guard lock(mutex_);
  for (const auto subject : subjects) active_->add(subject);
}

void StreamIndex::freeze_active() {
  auto next = std::make_unique<StreamTable>(active_->last(), options_.table_records);
  {
    std::unique_lock lock(mutex_);
    if (frozen_.size() == max_frozen_tables) waits_.fetch_add(1, std::memory_order_relaxed);
    frozen_changed_.wait(lock, [this] { return frozen_.size() < max_frozen_tables || fail_stop_.tripped(); });
    frozen_.push_back(std::exchange(active_, std::move(next)));
  }
  frozen_changed_.notify_all();
}

std::vector<Position> StreamIndex::find(SubjectHash subject) const {
  // The tables first, then the files: an entry on its way from one to the other is then seen in at least one
  // of them, and what is seen in both is told by its position.
  std::vector<Position> in_tables;
  Position base{};
  {
    const std::shared_lock lock(mutex_);
    base = frozen_.empty() ? active_->base() : frozen_.front()->base();
    for (const auto& table : frozen_) table->find(subject, in_tables);
    active_->find(subject, in_tables);
  }
  rocksdb::PinnableSlice in_files;
  const auto status = db_->Get({}, db_->DefaultColumnFamily(), key_of(subject).slice(), &in_files);
  if (status.IsNotFound()) return in_tables;
  if (!status.ok())
    throw LedgerFault("reading the stream index: " + status.ToString() +
                      "; it is rebuilt at the next start when " + options_.directory.string() +
                      " has been deleted");

  std::vector<Position> found;
  found.reserve(in_files.size() / sizeof(std::uint64_t) + in_tables.size());
  for (std::size_t at = 0; at < in_files.size(); at += sizeof(std::uint64_t))
    if (const Position position{BigEndian::read(in_files.data() + at)}; position <= base)
      found.push_back(position);
  found.insert(found.end(), in_tables.begin(), in_tables.end());
  return found;
}

void StreamIndex::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "stream-index");
  std::unique_lock lock(mutex_);
  while (frozen_changed_.wait(lock, stop, [this] { return !frozen_.empty(); }) && !stop.stop_requested()) {
    const auto table = frozen_.front();
    lock.unlock();
    const auto status = ingest(*table);
    if (!status.ok()) fail_stop_.trip("stream index: " + status.ToString());
    lock.lock();
    if (status.ok()) {
      coverage_.store(number(table->last()), std::memory_order_release);
      files_ingested_.fetch_add(1, std::memory_order_relaxed);
      frozen_.pop_front();
    }
    frozen_changed_.notify_all();
    if (!status.ok()) return;
  }
}

rocksdb::Status StreamIndex::ingest(const StreamTable& table) {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), db_->GetOptions(), /*column_family=*/nullptr,
                                /*invalidate_page_cache=*/false);
  // Never write over a staging file: one that a crash left behind may be another name of a file in use.
  auto status = db_->GetEnv()->DeleteFile(options_.staging_file);
  if (status.ok() || status.IsPathNotFound()) status = writer.Open(options_.staging_file);
  if (status.ok()) status = writer.Put(coverage_key, BigEndian(number(table.last())).slice());
  std::string value;
  table.for_each_stream([&](SubjectHash subject, const std::vector<Position>& positions) {
    if (!status.ok()) return;
    value.clear();
    for (const auto position : positions) {
      const BigEndian encoded(number(position));
      value.append(encoded.slice().data(), encoded.slice().size());
    }
    status = writer.Merge(key_of(subject).slice(), value);
  });
  if (status.ok()) status = writer.Finish();
  if (!status.ok()) return status;

  rocksdb::IngestExternalFileOptions ingestion;
  ingestion.move_files = true;
  ingestion.write_global_seqno = false;
  return db_->IngestExternalFile({options_.staging_file}, ingestion);
}

StreamIndex::Statistics StreamIndex::statistics() const {
  Statistics statistics{.entries_in_memory = 0,
                        .files_ingested = files_ingested_.load(std::memory_order_relaxed),
                        .waits = waits_.load(std::memory_order_relaxed)};
  const std::shared_lock lock(mutex_);
  for (const auto& table : frozen_) statistics.entries_in_memory += table->size();
  statistics.entries_in_memory += active_->size();
  return statistics;
}

}  // namespace stimmbuch::eventstore
