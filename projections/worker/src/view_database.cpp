#include "view_database.hpp"

#include <charconv>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace stimmbuch::projections {

namespace {

constexpr std::string_view ledger_key = ".ledger";
constexpr std::string_view live_prefix = ".live/";
constexpr std::string_view generation_prefix = ".generation/";

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

void require(const rocksdb::Status& status) {
  if (!status.ok()) throw ViewFault("the view store: " + status.ToString());
}

std::string digits(std::uint32_t number) {
  const std::string text = std::to_string(number);
  return std::string(10 - text.size(), '0').append(text);
}

std::uint32_t parse_digits(std::string_view text) {
  std::uint32_t number = 0;
  const auto [ptr, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || ptr != text.data() + text.size()) {
    throw ViewFault("the view store has no generation " + std::string(text));
  }
  return number;
}

// The first key behind all keys with this prefix. Prefixes end in text, so their last byte can be raised.
std::string behind(std::string prefix) {
  ++prefix.back();
  return prefix;
}

std::string live_key(std::string_view projection) {
  return std::string(live_prefix).append(projection);
}

std::string generation_key(const Generation& generation) {
  return std::string(generation_prefix)
      .append(generation.projection)
      .append("/")
      .append(digits(generation.number));
}

rocksdb::Options database_options(std::size_t block_cache_bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = std::size_t{8} << 20;
  options.max_write_buffer_number = 3;
  options.max_total_wal_size = std::size_t{32} << 20;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.max_open_files = 128;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = std::size_t{1} << 20;
  options.keep_log_file_num = 2;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  // In parts, each a block: folds look rows up all over the keys, and whole ones, each some hundred KiB,
  // would push each other out of the cache.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  // Rows of citizens and streams are mostly looked up before they exist.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

std::string Generation::rows_prefix() const {
  return std::string(projection).append("/").append(digits(number)).append("/");
}

std::expected<std::unique_ptr<ViewDatabase>, std::string> ViewDatabase::open(
    const std::filesystem::path& directory, std::size_t block_cache_bytes) {
  rocksdb::DB* db = nullptr;
  if (const auto status = rocksdb::DB::Open(database_options(block_cache_bytes), directory, &db);
      !status.ok()) {
    return std::unexpected(
        "The views in " + directory.string() + " cannot be opened: " + status.ToString() +
        ". If no other process uses them, they may be deleted: they are built again from the log.");
  }
  return std::unique_ptr<ViewDatabase>(new ViewDatabase(std::unique_ptr<rocksdb::DB>(db)));
}

std::optional<std::string> ViewDatabase::get(std::string_view key, const Snapshot& snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.get();
  std::string value;
  const auto status = db_->Get(options, slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status);
  return value;
}

void ViewDatabase::commit(rocksdb::WriteBatch& batch) {
  require(db_->Write({}, &batch));
}

ViewDatabase::Snapshot ViewDatabase::snapshot() const {
  return {db_->GetSnapshot(),
          [db = db_.get()](const rocksdb::Snapshot* snapshot) { db->ReleaseSnapshot(snapshot); }};
}

std::vector<std::pair<Generation, GenerationRow>> ViewDatabase::generations() const {
  std::vector<std::pair<Generation, GenerationRow>> all;
  for (RowCursor rows(*this, std::string(generation_prefix)); rows.valid(); rows.next()) {
    const auto slash = rows.key().rfind('/');
    GenerationRow row;
    codec::Reader in(rows.value());
    if (!read(in, row) || !in.done()) throw ViewFault("the view store: a generation cannot be read");
    all.emplace_back(
        Generation{std::string(rows.key().substr(0, slash)), parse_digits(rows.key().substr(slash + 1))},
        row);
  }
  return all;
}

std::optional<std::uint32_t> ViewDatabase::live_number(std::string_view projection) const {
  const auto number = get(live_key(projection));
  if (!number) return std::nullopt;
  return parse_digits(*number);
}

bool ViewDatabase::belongs_to(std::string_view ledger) {
  if (const auto known = get(ledger_key)) return *known == ledger;
  require(db_->Put({}, slice(ledger_key), slice(ledger)));
  return true;
}

void ViewDatabase::stage_live(rocksdb::WriteBatch& batch, const Generation& generation) {
  require(batch.Put(live_key(generation.projection), digits(generation.number)));
}

void ViewDatabase::stage(rocksdb::WriteBatch& batch, const Generation& generation, const GenerationRow& row) {
  std::string value;
  codec::Writer out(value);
  write(out, row);
  require(batch.Put(generation_key(generation), value));
}

void ViewDatabase::stage_removal(rocksdb::WriteBatch& batch, const Generation& generation) {
  const auto prefix = generation.rows_prefix();
  require(batch.DeleteRange(prefix, behind(prefix)));
  require(batch.Delete(generation_key(generation)));
}

RowCursor::RowCursor(const ViewDatabase& database, std::string prefix, std::string_view after,
                     ViewDatabase::Snapshot snapshot)
    : prefix_(std::move(prefix)), end_(behind(prefix_)), end_slice_(end_), snapshot_(std::move(snapshot)) {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end_slice_;
  options.snapshot = snapshot_.get();
  iterator_.reset(database.db_->NewIterator(options));
  iterator_->Seek(after.empty() ? prefix_ : std::string(after).append(1, '\0'));
  require_ok();
}

void RowCursor::next() {
  iterator_->Next();
  require_ok();
}

std::string_view RowCursor::key() const {
  return view(iterator_->key()).substr(prefix_.size());
}

std::string_view RowCursor::value() const {
  return view(iterator_->value());
}

void RowCursor::require_ok() const {
  require(iterator_->status());
}

}  // namespace stimmbuch::projections
