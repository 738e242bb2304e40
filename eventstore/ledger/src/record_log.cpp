#include "record_log.hpp"

#include <algorithm>

#include "big_endian.hpp"

namespace stimmbuch::eventstore {
namespace {

// A long read is cut into pages, each with an iterator of its own, because an iterator keeps all files and
// memtables of its moment from being freed.
constexpr std::uint64_t page_records = 65'536;

Position position_of(const rocksdb::Slice& key) {
  if (key.size() != sizeof(std::uint64_t))
    throw LedgerFault("the log has a key of " + std::to_string(key.size()) + " bytes");
  return Position{BigEndian::read(key.data())};
}

void require_read(const rocksdb::Status& status, std::string_view where) {
  if (!status.ok())
    throw LedgerFault(std::string("reading the log").append(where).append(": ").append(status.ToString()));
}

// The first record of what cannot be read.
void require_read(const rocksdb::Status& status, Position position) {
  if (!status.ok()) require_read(status, " at position " + std::to_string(number(position)));
}

// `where`: in case it cannot be read.
Position position_at(const rocksdb::Iterator& iterator, std::string_view where) {
  require_read(iterator.status(), where);
  return iterator.Valid() ? position_of(iterator.key()) : before_first;
}

Position last_of(rocksdb::DB& db) {
  const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator({}));
  iterator->SeekToLast();
  return position_at(*iterator, " at the last position of all");
}

}  // namespace

std::expected<std::unique_ptr<RecordLog>, rocksdb::Status> RecordLog::open(
    const std::filesystem::path& directory, rocksdb::Options options, Recovery recovery) {
  if (recovery == Recovery::point_in_time) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.avoid_flush_during_recovery = false;  // so that the damaged files become superfluous
  }
  options.create_missing_column_families = true;
  const auto hashes = tree_options(options);
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status =
      rocksdb::DB::Open(options, directory,
                        {{rocksdb::kDefaultColumnFamilyName, options}, {"leaves", hashes}, {"nodes", hashes}},
                        &handles, &opened);
  if (!status.ok()) return std::unexpected(status);
  return std::unique_ptr<RecordLog>(
      new RecordLog(std::unique_ptr<rocksdb::DB>(opened), {handles.begin(), handles.end()}));
}

Position RecordLog::end_of_point_in_time(const std::filesystem::path& directory, rocksdb::Options options) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::DB* opened = nullptr;
  require_read(rocksdb::DB::OpenForReadOnly(options, directory, &opened), "");
  const std::unique_ptr<rocksdb::DB> db(opened);
  return last_of(*db);
}

RecordLog::RecordLog(std::unique_ptr<rocksdb::DB> db, std::vector<Family> families)
    : db_(std::move(db)), families_(std::move(families)) {
  synced_.sync = true;
}

void RecordLog::stage(rocksdb::WriteBatch& batch, Position position, std::string_view record) {
  batch.Put(BigEndian(number(position)).slice(), record);
}

void RecordLog::stage_removal(rocksdb::WriteBatch& batch, Position position) {
  batch.Delete(BigEndian(number(position)).slice());
}

Position RecordLog::first() const {
  const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator({}));
  iterator->SeekToFirst();
  return position_at(*iterator, " at position 1");
}

Position RecordLog::last() const {
  return last_of(*db_);
}

Position RecordLog::last_in_files() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  auto last = before_first;
  for (const auto& file : files)
    if (file.column_family_name == rocksdb::kDefaultColumnFamilyName)
      last = std::max(last, position_of(file.largestkey));
  return last;
}

Position RecordLog::read(Position after, Position up_to, const RecordVisitor& visitor) const {
  while (after < up_to) {
    const auto page_end = std::min(up_to, after + page_records);
    const BigEndian bound(number(page_end) + 1);
    const auto bound_slice = bound.slice();
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound_slice;
    options.fill_cache = false;  // a scan must not push out what single reads and the index live on
    const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(options));
    for (iterator->Seek(BigEndian(number(after) + 1).slice()); iterator->Valid(); iterator->Next()) {
      if (position_of(iterator->key()) != after + 1) break;
      after = after + 1;
      const auto record = iterator->value();
      if (!visitor(after, {record.data(), record.size()})) return after;
    }
    require_read(iterator->status(), next(after));
    if (after != page_end)
      throw LedgerFault("the log has no record at position " + std::to_string(number(after) + 1));
  }
  return after;
}

void RecordLog::at(Position position, rocksdb::PinnableSlice& record) const {
  record.Reset();
  const auto status = db_->Get({}, db_->DefaultColumnFamily(), BigEndian(number(position)).slice(), &record);
  if (status.IsNotFound())
    throw LedgerFault("the log has no record at position " + std::to_string(number(position)));
  require_read(status, position);
}

}  // namespace stimmbuch::eventstore
