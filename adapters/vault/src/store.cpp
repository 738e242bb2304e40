// Rows and secrets.
#include "store.hpp"

#include <algorithm>
#include <cstdarg>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include "stimmbuch/adapters/vault/derive.hpp"

namespace stimmbuch::vault {

using Kind = VaultError::Kind;
using runner::RowClass;
using runner::VaultRow;

void require(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) throw VaultFault(Kind::io, std::string{what} + ": " + status.ToString());
}

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

void put(rocksdb::WriteBatch& batch, std::string_view key, std::string_view value) {
  require(batch.Put(slice(key), slice(value)), "put");
}

void remove(rocksdb::WriteBatch& batch, std::string_view key) {
  require(batch.Delete(slice(key)), "delete");
}

namespace {

rocksdb::Options options() {
  // Lookups of rows that are not there must be cheap, since each new row makes one; memory stays small
  // however many rows there are: so filters, and they and the index in small parts of which the cache holds
  // those in use. Nothing is compressed, as sealed bytes cannot be. A log that is damaged before its end must
  // not be taken for a shorter one.
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(16 << 20);
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = true;

  rocksdb::Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 4 << 20;
  options.compression = rocksdb::kNoCompression;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_open_files = 128;
  options.max_log_file_size = 1 << 20;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  return options;
}

// RocksDB has no status of its own for a lock that another holds.
bool is_lock_conflict(const rocksdb::Status& status) {
  const auto text = status.ToString();
  return status.IsIOError() &&
         (text.contains("While lock file") || text.contains("lock hold by current process"));
}

// Reading leaves the files of a copy as they are: without this each opening would add one of messages.
class NoMessages final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

std::unique_ptr<rocksdb::DB> open_database(const std::filesystem::path& directory, bool create_if_missing) {
  auto db_options = options();
  db_options.create_if_missing = create_if_missing;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(db_options, directory.string(), &db);
  if (is_lock_conflict(status)) throw VaultFault(Kind::locked, "another process is using it");
  if (status.IsCorruption()) throw VaultFault(Kind::damaged, status.ToString());
  if (!status.ok()) throw VaultFault(Kind::io, status.ToString());
  return std::unique_ptr<rocksdb::DB>{db};
}

std::vector<std::string> entries_under_owners(const Content& content) {
  std::vector<std::string> entries;
  for (const auto& owner : content.owners) entries.push_back(owner_key(owner, content.handle));
  return entries;
}

}  // namespace

std::unique_ptr<rocksdb::DB> open_to_read(const std::filesystem::path& directory) {
  auto db_options = options();
  db_options.info_log = std::make_shared<NoMessages>();
  rocksdb::DB* opened = nullptr;
  require(rocksdb::DB::OpenForReadOnly(db_options, directory.string(), &opened), "open");
  return std::unique_ptr<rocksdb::DB>{opened};
}

void RocksVault::Store::hard_link_checkpoint(const std::filesystem::path& target) const {
  rocksdb::Checkpoint* made = nullptr;
  require(rocksdb::Checkpoint::Create(db_.get(), &made), "checkpoint");
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  require(checkpoint->CreateCheckpoint(target.string(), /*log_size_for_flush=*/0), "checkpoint");
  require(open_to_read(target)->VerifyChecksum(), "checkpoint");
}

RocksVault::Store::Store(const std::filesystem::path& directory, const WrappingKeys& keys,
                         bool create_if_missing)
    : db_{open_database(directory, create_if_missing)}, sealing_{std::make_shared<const Sealing>(keys)} {}

void RocksVault::Store::make() {
  rocksdb::WriteBatch batch;
  put(batch, format_key, format);
  for (const auto row_class : {RowClass::texts, RowClass::secrets})
    put_sealed(batch, check_key(row_class), check_content);
  for (const auto name : {idempotency, derivation, subject, token, log_signing}) {
    const auto secret = crypto::Secret::random();
    VaultRow row{.row_class = RowClass::secrets,
                 .name = std::string{name},
                 .owners = {},
                 .value = std::string{crypto::text_of(secret.bytes())}};
    put_row(batch, row);
    crypto::wipe(row.value);
  }
  commit(batch);
}

void RocksVault::Store::load() {
  if (get(format_key) != format) throw VaultFault(Kind::damaged, "its format is not known to this version");
  for (const auto row_class : {RowClass::texts, RowClass::secrets}) {
    if (!opens(row_class)) continue;
    const auto stored = get(check_key(row_class));
    if (!stored || sealing()->unseal(row_class, check_key(row_class), *stored) != check_content) {
      throw VaultFault(Kind::damaged, std::string{check_key(row_class)} + " is missing");
    }
  }
  publishing_ = get(publishing_key).has_value();
  each_entry(changed_prefix, [this](std::string_view key, std::string_view) {
    std::string_view number = key.substr(changed_prefix.size());
    last_change_ = take_number(number, 8);
    has_changes_ = true;
    return true;
  });
  if (opens(RowClass::secrets)) {
    loaded_.emplace(secret(idempotency), secret(derivation), secret(subject), secret(token),
                    secret(log_signing));
  } else {
    loaded_ = Secrets::random();
  }
}

std::shared_ptr<const Sealing> RocksVault::Store::sealing() const {
  const std::lock_guard lock{sealing_mutex_};
  return sealing_;
}

std::optional<Content> RocksVault::Store::row(std::string_view key, RowClass row_class) const {
  if (!opens(row_class)) return std::nullopt;
  const auto stored = get(key);
  if (!stored) return std::nullopt;
  auto plain = sealing()->unseal(row_class, key, *stored);
  auto content = parse_content(plain);
  crypto::wipe(plain);
  return content;
}

// Whether it was asked for is in clear, so that a node without the key of secrets can tell.
bool RocksVault::Store::is_hidden(std::string_view name, const std::vector<std::string>& owners) const {
  const auto is_to_go = [this](std::string_view what) {
    return get(key_of(RowClass::secrets, erasing_row_name(what))).has_value();
  };
  return is_to_go(name) || std::ranges::any_of(owners, is_to_go);
}

void RocksVault::Store::write(Position first, std::span<const VaultRow> rows) {
  const std::lock_guard lock{changing_};
  rocksdb::WriteBatch batch;
  Note note{.first = first, .rows = {}};
  // Unless somebody is to hear of it, only the last write's note is of use.
  if (last_note_ && !publishing_) remove(batch, note_key(*last_note_));
  std::unordered_set<std::string> seen;
  for (const auto& row : rows) {
    auto key = key_of(row.row_class, row.name);
    if (!seen.insert(key).second || get(key)) {
      throw std::logic_error("vault: the row " + key + " is there already; rows never change");
    }
    put_row(batch, row);
    note.rows.push_back(std::move(key));
  }
  put_sealed(batch, note_key(first), written(note));
  commit(batch);
  last_note_ = first;
}

void RocksVault::Store::recover(Position head) {
  const std::lock_guard lock{changing_};
  rocksdb::WriteBatch batch;
  last_note_.reset();
  for (const Note& note : notes(end_of_time)) {
    if (note.first <= head) {
      last_note_ = note.first;
      continue;
    }
    for (const auto& key : note.rows) remove_row(batch, key);
    remove(batch, note_key(note.first));
  }
  if (batch.Count() > 0) commit(batch);
}

void RocksVault::Store::keep(const VaultRow& row) {
  const std::lock_guard lock{changing_};
  auto key = key_of(row.row_class, row.name);
  rocksdb::WriteBatch batch;
  std::vector<std::string> changed;
  if (auto content = this->row(key, row.row_class)) {
    content->value = row.value;
    put_content(batch, key, *content);
  } else {
    changed = put_row(batch, row);
  }
  changed.push_back(std::move(key));
  note_change(batch, changed);
  commit(batch);
}

std::vector<RowAddress> RocksVault::Store::rows_of(std::string_view owner) const {
  const auto prefix = owner_key(owner, "");
  std::vector<RowAddress> rows;
  each_entry(prefix, [&](std::string_view key, std::string_view value) {
    // One that is longer belongs to an owner whose name goes on.
    if (key.size() != prefix.size() + Content::handle_size) return true;
    auto address = address_of(sealing()->unseal(RowClass::secrets, key, value));
    if (!address) throw VaultFault(Kind::damaged, "an owner's entry names no row");
    rows.push_back(*std::move(address));
    return true;
  });
  return rows;
}

void RocksVault::Store::each_secret(
    std::string_view name_prefix,
    const std::function<void(std::string_view, std::string_view)>& visitor) const {
  each_entry(key_of(RowClass::secrets, name_prefix), [&](std::string_view key, std::string_view stored) {
    auto plain = sealing()->unseal(RowClass::secrets, key, stored);
    auto content = parse_content(plain);
    visitor(key.substr(class_prefix(RowClass::secrets).size()), content.value);
    crypto::wipe(content.value);
    crypto::wipe(plain);
    return true;
  });
}

void RocksVault::Store::each_entry(
    std::string_view key_prefix,
    const std::function<bool(std::string_view key, std::string_view value)>& visitor) const {
  const std::unique_ptr<rocksdb::Iterator> entries{db_->NewIterator(rocksdb::ReadOptions{})};
  for (entries->Seek(slice(key_prefix)); entries->Valid(); entries->Next()) {
    const auto key = entries->key().ToStringView();
    if (!key.starts_with(key_prefix) || !visitor(key, entries->value().ToStringView())) break;
  }
  require(entries->status(), "read");
}

// The notes of writes whose first position is at most this, oldest first.
std::vector<Note> RocksVault::Store::notes(Position up_to) const {
  std::vector<Note> found;
  each_entry(note_prefix, [&](std::string_view key, std::string_view value) {
    if (key > note_key(up_to)) return false;
    found.push_back(parse_note(sealing()->unseal(RowClass::secrets, key, value)));
    return true;
  });
  return found;
}

std::optional<std::string> RocksVault::Store::get(std::string_view key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions{}, slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status, "read");
  return value;
}

crypto::Secret RocksVault::Store::secret(std::string_view name) const {
  auto content = row(key_of(RowClass::secrets, name), RowClass::secrets);
  const auto secret = content ? crypto::Secret::from(crypto::bytes_of(content->value)) : std::nullopt;
  if (!secret) throw VaultFault(Kind::damaged, std::string{name} + " is missing");
  crypto::wipe(content->value);
  return *secret;
}

void RocksVault::Store::put_sealed(rocksdb::WriteBatch& batch, std::string_view key,
                                   std::string_view plain) const {
  put(batch, key, sealing()->seal(*sealed_as(key), key, plain));
}

void RocksVault::Store::put_content(rocksdb::WriteBatch& batch, std::string_view key,
                                    const Content& content) const {
  auto plain = written(content);
  put_sealed(batch, key, plain);
  crypto::wipe(plain);
}

std::vector<std::string> RocksVault::Store::put_row(rocksdb::WriteBatch& batch, const VaultRow& row) const {
  const auto key = key_of(row.row_class, row.name);
  const Content content{.handle = crypto::random_id(), .owners = row.owners, .value = row.value};
  put_content(batch, key, content);
  auto entries = entries_under_owners(content);
  for (const auto& entry : entries) put_sealed(batch, entry, key);
  return entries;
}

std::vector<std::string> RocksVault::Store::entries_of(std::string_view row_key) const {
  const auto content = row(row_key, *sealed_as(row_key));
  return content ? entries_under_owners(*content) : std::vector<std::string>{};
}

void RocksVault::Store::remove_row(rocksdb::WriteBatch& batch, const std::string& key) const {
  for (const auto& entry : entries_of(key)) remove(batch, entry);
  remove(batch, key);
}

// What no record's note tells: published in the order of the numbers.
void RocksVault::Store::note_change(rocksdb::WriteBatch& batch, const std::vector<std::string>& keys) {
  if (!publishing_) return;
  put_sealed(batch, changed_key(++last_change_), written_keys(keys));
  has_changes_ = true;
}

void RocksVault::Store::put_synced(std::string_view key, std::string_view value) {
  const std::lock_guard lock{changing_};
  rocksdb::WriteBatch batch;
  put(batch, key, value);
  commit(batch);
}

void RocksVault::Store::commit(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  require(db_->Write(synced, &batch), "write");
}

}  // namespace stimmbuch::vault
