#include "stimmbuch/adapters/vault/rocks_vault.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include "files.hpp"
#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::vault {

namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;
using runner::RowClass;
using runner::VaultRow;

// A fault whose kind `open` tells its caller.
class VaultFault : public std::runtime_error {
 public:
  VaultFault(Kind kind, const std::string& text) : std::runtime_error{"vault: " + text}, kind_{kind} {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

void require(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) throw VaultFault(Kind::io, std::string{what} + ": " + status.ToString());
}

// ---- keys of the database

constexpr std::string_view format_key = "meta/format";
constexpr std::string_view format = "1";
constexpr std::string_view publishing_key = "meta/publishing";  // its value: whether all is published
constexpr std::string_view publishing_begun = "begun";
constexpr std::string_view publishing_whole = "whole";
constexpr std::string_view copied_key = "meta/copied-to";
constexpr std::string_view note_prefix = "write/";  // and the first position, 8 bytes big-endian
constexpr std::string_view owner_prefix = "owner/";

constexpr std::string_view class_prefix(RowClass row_class) {
  return row_class == RowClass::texts ? "texts/" : "secrets/";
}

// A row of each class with known content, to tell another vault's keys from this one's.
constexpr std::string_view check_key(RowClass row_class) {
  return row_class == RowClass::texts ? "meta/check/texts" : "meta/check/secrets";
}
constexpr std::string_view check_content = "stimmbuch";

std::string key_of(RowClass row_class, std::string_view name) {
  return std::string{class_prefix(row_class)}.append(name);
}

RowAddress address_of(std::string_view key) {
  for (const auto row_class : {RowClass::texts, RowClass::secrets}) {
    const auto prefix = class_prefix(row_class);
    if (key.starts_with(prefix)) return {row_class, std::string{key.substr(prefix.size())}};
  }
  throw VaultFault(Kind::damaged, "an owner's entry names no row");
}

std::string owner_key(std::string_view owner, std::string_view handle) {
  return std::string{owner_prefix}.append(owner).append(1, '/').append(handle);
}

// ---- contents: integers big-endian, strings behind their length

void put_number(std::string& bytes, std::uint64_t number, unsigned size) {
  for (unsigned shift = size * 8; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<char>((number >> (shift - 8)) & 255));
  }
}

void put_string(std::string& bytes, std::string_view text) {
  put_number(bytes, text.size(), 4);
  bytes.append(text);
}

std::string_view take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw VaultFault(Kind::damaged, "a row ends too early");
  const auto front = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return front;
}

std::uint64_t take_number(std::string_view& bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (const char c : take(bytes, size)) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

std::string_view take_string(std::string_view& bytes) {
  return take(bytes, take_number(bytes, 4));
}

// What is sealed in a row. Its entries under its owners are named by a random handle that only the row knows:
// so what is in clear does not join a citizen to the hash of an identity.
struct Content {
  static constexpr std::size_t handle_size = base64url_size(16);

  std::string handle;
  std::vector<std::string> owners;
  std::string value;
};

std::string written(const Content& content) {
  std::string bytes{content.handle};
  put_number(bytes, content.owners.size(), 4);
  for (const auto& owner : content.owners) put_string(bytes, owner);
  return bytes.append(content.value);
}

Content parse_content(std::string_view bytes) {
  Content content;
  content.handle = take(bytes, Content::handle_size);
  const auto owners = take_number(bytes, 4);
  for (std::uint64_t i = 0; i < owners; ++i) content.owners.emplace_back(take_string(bytes));
  content.value = bytes;
  return content;
}

// What the last write put, to be taken back if its records never came.
struct Note {
  Position first{};
  std::vector<std::string> rows;  // keys
};

std::string written(const Note& note) {
  std::string bytes;
  put_number(bytes, number(note.first), 8);
  for (const auto& row : note.rows) put_string(bytes, row);
  return bytes;
}

Note parse_note(std::string_view bytes) {
  Note note{.first = Position{take_number(bytes, 8)}, .rows = {}};
  while (!bytes.empty()) note.rows.emplace_back(take_string(bytes));
  return note;
}

std::string note_key(Position first) {
  std::string key{note_prefix};
  put_number(key, number(first), 8);
  return key;
}

// Where a node keeps what concerns itself alone, and what others have no use for.
bool is_own(std::string_view key) {
  return key == publishing_key || key == copied_key || key.starts_with(note_prefix);
}

// ---- sealing of values: version (1) ‖ key id (4) ‖ nonce ‖ ciphertext ‖ tag

constexpr char value_version = 1;
constexpr std::size_t value_header_size = 1 + 4;

// One wrapping key, and the front of all values sealed under it.
class Wrapper {
 public:
  explicit Wrapper(const crypto::Secret& key) : key_{key} {
    const auto id = crypto::Mac{key}("key-id", {});
    header_ = std::string{value_version}.append(crypto::text_of(std::span{id}.first<4>()));
  }

  std::string seal(std::string_view key, std::string_view plain) const {
    return header_ + crypto::seal(key_, plain, associated(key));
  }

  std::string unseal(std::string_view key, std::string_view stored) const {
    if (!stored.starts_with(value_version)) {
      throw VaultFault(Kind::damaged, std::string{key} + " is of an unknown version");
    }
    if (!stored.starts_with(header_)) {
      throw VaultFault(Kind::wrong_key, std::string{key} + " is sealed under another wrapping key");
    }
    auto plain = crypto::unseal(key_, stored.substr(value_header_size), associated(key));
    if (!plain) throw VaultFault(Kind::damaged, std::string{key} + " does not open: it was altered or moved");
    return *std::move(plain);
  }

 private:
  static std::string associated(std::string_view key) { return crypto::joined("row", {key}); }

  crypto::Secret key_;
  std::string header_;
};

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

std::string path_text(const fs::path& path) {
  return path.string();
}

std::unexpected<VaultError> no_vault(const fs::path& directory) {
  return std::unexpected(VaultError{
      Kind::absent, "vault " + path_text(directory) +
                        ": is not there, though its ledger is; restore both from the same backup"});
}

}  // namespace

class RocksVault::Store {
 public:
  Store(std::unique_ptr<rocksdb::DB> db, const WrappingKeys& keys) : db_{std::move(db)}, texts_{keys.texts} {
    if (keys.secrets) secrets_.emplace(*keys.secrets);
  }

  bool is_made() const { return get(format_key).has_value(); }

  void make() {
    rocksdb::WriteBatch batch;
    put(batch, format_key, format);
    for (const auto row_class : {RowClass::texts, RowClass::secrets}) {
      put(batch, check_key(row_class), wrapper(row_class).seal(check_key(row_class), check_content));
    }
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

  // Throws VaultFault if the keys are not this vault's or a secret is missing.
  void load() {
    if (get(format_key) != format) throw VaultFault(Kind::damaged, "its format is not known to this version");
    for (const auto row_class : {RowClass::texts, RowClass::secrets}) {
      if (!opens(row_class)) continue;
      const auto stored = get(check_key(row_class));
      if (!stored || wrapper(row_class).unseal(check_key(row_class), *stored) != check_content) {
        throw VaultFault(Kind::damaged, std::string{check_key(row_class)} + " is missing");
      }
    }
    publishing_ = get(publishing_key).has_value();
    if (opens(RowClass::secrets)) {
      loaded_.emplace(secret(idempotency), secret(derivation), secret(subject), secret(token),
                      secret(log_signing));
    } else {
      loaded_ = Secrets::random();
    }
  }

  bool opens(RowClass row_class) const { return row_class == RowClass::texts || secrets_; }

  const Secrets& secrets() const { return *loaded_; }

  std::optional<Content> row(std::string_view key, RowClass row_class) const {
    if (!opens(row_class)) return std::nullopt;
    const auto stored = get(key);
    if (!stored) return std::nullopt;
    auto plain = wrapper(row_class).unseal(key, *stored);
    auto content = parse_content(plain);
    crypto::wipe(plain);
    return content;
  }

  void hard_link_checkpoint(const fs::path& target) const {
    rocksdb::Checkpoint* made = nullptr;
    require(rocksdb::Checkpoint::Create(db_.get(), &made), "checkpoint");
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    require(checkpoint->CreateCheckpoint(path_text(target), /*log_size_for_flush=*/0), "checkpoint");
    rocksdb::DB* opened = nullptr;
    require(rocksdb::DB::OpenForReadOnly(options(), path_text(target), &opened), "checkpoint");
    const std::unique_ptr<rocksdb::DB> copy(opened);
    require(copy->VerifyChecksum(), "checkpoint");
  }

  void write(Position first, std::span<const VaultRow> rows) {
    rocksdb::WriteBatch batch;
    Note note{.first = first, .rows = {}};
    // Unless somebody is to hear of it, only the last write's note is of use.
    if (last_note_ && !publishing_) require(batch.Delete(slice(note_key(*last_note_))), "delete");
    std::unordered_set<std::string> seen;
    for (const auto& row : rows) {
      auto key = key_of(row.row_class, row.name);
      if (!seen.insert(key).second || get(key)) {
        throw std::logic_error("vault: the row " + key + " is there already; rows never change");
      }
      put_row(batch, row);
      note.rows.push_back(std::move(key));
    }
    put_note(batch, note);
    commit(batch);
    last_note_ = first;
  }

  void recover(Position head) {
    rocksdb::WriteBatch batch;
    last_note_.reset();
    for (const Note& note : notes(before_first, end_of_time)) {
      if (note.first <= head) {
        last_note_ = note.first;
        continue;
      }
      for (const auto& key : note.rows) remove_row(batch, key);
      require(batch.Delete(slice(note_key(note.first))), "delete");
    }
    if (batch.Count() > 0) commit(batch);
  }

  bool begin_publishing() {
    const auto state = get(publishing_key);
    if (!state) put_synced(publishing_key, publishing_begun);
    publishing_ = true;
    return state != publishing_whole;
  }

  void all_rows(const std::function<void(const SealedRow&)>& visitor) const {
    const std::unique_ptr<rocksdb::Iterator> entries{db_->NewIterator(rocksdb::ReadOptions{})};
    for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
      if (!is_own(entries->key().ToStringView()))
        visitor({entries->key().ToString(), entries->value().ToString()});
    }
    require(entries->status(), "read");
  }

  void published_all() { put_synced(publishing_key, publishing_whole); }

  std::vector<SealedRow> unpublished(Position up_to) const {
    std::vector<SealedRow> rows;
    for (const Note& note : notes(before_first, up_to)) {
      for (const auto& key : note.rows) {
        rows.push_back({key, get(key)});
        const auto content = row(key, address_of(key).row_class);
        if (!content) continue;
        for (const auto& owner : content->owners) {
          const auto entry = owner_key(owner, content->handle);
          rows.push_back({entry, get(entry)});
        }
      }
    }
    return rows;
  }

  void confirm_published(Position up_to) {
    rocksdb::WriteBatch batch;
    for (const Note& note : notes(before_first, up_to))
      require(batch.Delete(slice(note_key(note.first))), "delete");
    // Not synced: what is published again is the same.
    if (batch.Count() > 0) require(db_->Write(rocksdb::WriteOptions{}, &batch), "write");
  }

  std::optional<std::int64_t> copied_to() const {
    const auto stored = get(copied_key);
    if (!stored) return std::nullopt;
    std::string_view bytes = *stored;
    return static_cast<std::int64_t>(take_number(bytes, 8));
  }

  void copy(std::span<const SealedRow> rows, std::int64_t next) {
    rocksdb::WriteBatch batch;
    for (const auto& row : rows) {
      if (is_own(row.key))
        throw VaultFault(Kind::damaged, "the source has an entry that is no row: " + row.key);
      if (row.value) {
        put(batch, row.key, *row.value);
      } else {
        require(batch.Delete(slice(row.key)), "delete");
      }
    }
    std::string to;
    put_number(to, static_cast<std::uint64_t>(next), 8);
    put(batch, copied_key, to);
    // Whoever becomes the source of others has published all of it.
    put(batch, publishing_key, publishing_whole);
    commit(batch);
  }

  std::vector<RowAddress> rows_of(std::string_view owner) const {
    const auto prefix = owner_key(owner, "");
    std::vector<RowAddress> rows;
    const std::unique_ptr<rocksdb::Iterator> entries{db_->NewIterator(rocksdb::ReadOptions{})};
    for (entries->Seek(slice(prefix)); entries->Valid(); entries->Next()) {
      const auto key = entries->key().ToStringView();
      if (!key.starts_with(prefix)) break;
      if (key.size() != prefix.size() + Content::handle_size) continue;  // of an owner whose name goes on
      rows.push_back(address_of(wrapper(RowClass::secrets).unseal(key, entries->value().ToStringView())));
    }
    require(entries->status(), "read");
    return rows;
  }

 private:
  static constexpr std::string_view idempotency = "secret/idempotency";
  static constexpr std::string_view derivation = "secret/derivation";
  static constexpr std::string_view subject = "secret/subject";
  static constexpr std::string_view token = "secret/token";
  static constexpr std::string_view log_signing = "secret/log-signing";

  static rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

  // The notes of writes whose first position is behind `after` and at most `up_to`, oldest first.
  std::vector<Note> notes(Position after, Position up_to) const {
    std::vector<Note> found;
    const std::unique_ptr<rocksdb::Iterator> entries{db_->NewIterator(rocksdb::ReadOptions{})};
    for (entries->Seek(slice(note_key(next(after)))); entries->Valid(); entries->Next()) {
      const auto key = entries->key().ToStringView();
      if (!key.starts_with(note_prefix) || key > note_key(up_to)) break;
      found.push_back(parse_note(wrapper(RowClass::secrets).unseal(key, entries->value().ToStringView())));
    }
    require(entries->status(), "read");
    return found;
  }

  void put_note(rocksdb::WriteBatch& batch, const Note& note) const {
    const auto key = note_key(note.first);
    put(batch, key, wrapper(RowClass::secrets).seal(key, written(note)));
  }

  void put_synced(std::string_view key, std::string_view value) {
    rocksdb::WriteBatch batch;
    put(batch, key, value);
    commit(batch);
  }

  const Wrapper& wrapper(RowClass row_class) const {
    if (row_class == RowClass::texts) return texts_;
    if (!secrets_)
      throw std::logic_error("vault: what is asked for needs the key of secrets, which this node lacks");
    return *secrets_;
  }

  std::optional<std::string> get(std::string_view key) const {
    std::string value;
    const auto status = db_->Get(rocksdb::ReadOptions{}, slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    require(status, "read");
    return value;
  }

  crypto::Secret secret(std::string_view name) const {
    auto content = row(key_of(RowClass::secrets, name), RowClass::secrets);
    const auto secret = content ? crypto::Secret::from(crypto::bytes_of(content->value)) : std::nullopt;
    if (!secret) throw VaultFault(Kind::damaged, std::string{name} + " is missing");
    crypto::wipe(content->value);
    return *secret;
  }

  static void put(rocksdb::WriteBatch& batch, std::string_view key, std::string_view value) {
    require(batch.Put(slice(key), slice(value)), "put");
  }

  void put_row(rocksdb::WriteBatch& batch, const VaultRow& row) const {
    const auto key = key_of(row.row_class, row.name);
    const Content content{.handle = crypto::random_id(), .owners = row.owners, .value = row.value};
    auto plain = written(content);
    put(batch, key, wrapper(row.row_class).seal(key, plain));
    crypto::wipe(plain);
    for (const auto& owner : row.owners) {
      const auto entry = owner_key(owner, content.handle);
      put(batch, entry, wrapper(RowClass::secrets).seal(entry, key));
    }
  }

  void remove_row(rocksdb::WriteBatch& batch, const std::string& key) const {
    const auto content = row(key, address_of(key).row_class);
    if (!content) return;
    for (const auto& owner : content->owners) {
      require(batch.Delete(slice(owner_key(owner, content->handle))), "delete");
    }
    require(batch.Delete(slice(key)), "delete");
  }

  void commit(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    require(db_->Write(synced, &batch), "write");
  }

  std::unique_ptr<rocksdb::DB> db_;
  Wrapper texts_;
  // Also seals owners' entries and the note, which tell who somebody is.
  std::optional<Wrapper> secrets_;
  std::optional<Secrets> loaded_;
  // Of the writer's thread.
  std::optional<Position> last_note_;
  std::atomic<bool> publishing_ = false;
};

RocksVault::RocksVault(std::unique_ptr<Store> store) : store_{std::move(store)} {}

RocksVault::~RocksVault() = default;

std::expected<std::unique_ptr<RocksVault>, VaultError> RocksVault::open(const fs::path& data_dir,
                                                                        const WrappingKeys& keys,
                                                                        Start start) {
  const auto directory = data_dir / "vault";
  const auto failed = [&](Kind kind, const std::string& what) {
    return std::unexpected(VaultError{kind, "vault " + path_text(directory) + ": " + what});
  };

  if (start != Start::later) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      return failed(Kind::io, std::generic_category().message(errno));
    }
    if (!sync_directory(data_dir)) return failed(Kind::io, std::generic_category().message(errno));
  } else if (!fs::exists(directory / "CURRENT")) {
    return no_vault(directory);
  }

  auto db_options = options();
  db_options.create_if_missing = start != Start::later;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(db_options, directory.string(), &db);
  if (is_lock_conflict(status)) return failed(Kind::locked, "another process is using it");
  if (status.IsCorruption()) return failed(Kind::damaged, status.ToString());
  if (!status.ok()) return failed(Kind::io, status.ToString());

  try {
    auto store = std::make_unique<Store>(std::unique_ptr<rocksdb::DB>{db}, keys);
    if (start == Start::copy) return std::unique_ptr<RocksVault>{new RocksVault{std::move(store)}};
    if (!store->is_made()) {
      if (start == Start::later) return no_vault(directory);
      store->make();
    }
    store->load();
    return std::unique_ptr<RocksVault>{new RocksVault{std::move(store)}};
  } catch (const VaultFault& fault) {
    return failed(fault.kind(), fault.what());
  }
}

std::expected<void, VaultError> RocksVault::load() {
  try {
    store_->load();
    return {};
  } catch (const VaultFault& fault) {
    return std::unexpected(VaultError{fault.kind(), fault.what()});
  }
}

bool RocksVault::opens_secrets() const {
  return store_->opens(RowClass::secrets);
}

const Secrets& RocksVault::secrets() const {
  return store_->secrets();
}

void RocksVault::write(Position first, std::span<const VaultRow> rows) {
  store_->write(first, rows);
}

std::optional<std::string> RocksVault::read(RowClass row_class, std::string_view name) const {
  auto content = store_->row(key_of(row_class, name), row_class);
  if (!content) return std::nullopt;
  return std::move(content->value);
}

void RocksVault::recover(Position head) {
  store_->recover(head);
}

std::vector<RowAddress> RocksVault::rows_of(std::string_view owner) const {
  return store_->rows_of(owner);
}

void RocksVault::hard_link_checkpoint(const std::filesystem::path& target) const {
  store_->hard_link_checkpoint(target);
}

bool RocksVault::begin_publishing() {
  return store_->begin_publishing();
}

void RocksVault::all_rows(const std::function<void(const SealedRow&)>& visitor) const {
  store_->all_rows(visitor);
}

void RocksVault::published_all() {
  store_->published_all();
}

std::vector<SealedRow> RocksVault::unpublished(Position up_to) const {
  return store_->unpublished(up_to);
}

void RocksVault::confirm_published(Position up_to) {
  store_->confirm_published(up_to);
}

std::optional<std::int64_t> RocksVault::copied_to() const {
  return store_->copied_to();
}

void RocksVault::copy(std::span<const SealedRow> rows, std::int64_t next) {
  store_->copy(rows, next);
}

}  // namespace stimmbuch::vault
