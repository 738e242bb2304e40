// The end of rows, and sealing anew.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include <rocksdb/options.h>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "store.hpp"

namespace stimmbuch::vault {

using Kind = VaultError::Kind;
using runner::RowClass;
using runner::VaultRow;

namespace {

constexpr std::size_t keys_per_batch_max = 1000;
constexpr std::size_t reseal_bytes_max = std::size_t{1} << 20;

}  // namespace

void RocksVault::Store::add_doomed(Doomed& doomed, const std::string& row_key) const {
  doomed.rows.try_emplace(row_key);
  for (auto& entry : entries_of(row_key)) doomed.entries.insert(std::move(entry));
}

RocksVault::Store::Doomed RocksVault::Store::doomed_by(const Destruction& destruction) const {
  Doomed doomed;
  for (const auto& owner : destruction.owners) {
    const auto prefix = owner_key(owner.subject, "");
    each_entry(prefix, [&](std::string_view key, std::string_view value) {
      if (key.size() != prefix.size() + Content::handle_size) return true;
      doomed.entries.insert(std::string{key});
      const auto row_key = sealing()->unseal(RowClass::secrets, key, value);
      const auto address = address_of(row_key);
      if (!address) throw VaultFault(Kind::damaged, "an owner's entry names no row");
      add_doomed(doomed, row_key);
      if (!owner.held.empty() && is_identity_row(address->name) && get(row_key)) {
        doomed.rows[row_key] = VaultRow{.row_class = RowClass::secrets,
                                        .name = held_row_name(address->name),
                                        .owners = {},
                                        .value = owner.held};
      }
      return true;
    });
  }
  for (const auto& address : destruction.rows) add_doomed(doomed, key_of(address.row_class, address.name));
  return doomed;
}

// All in the order of the keys, whomever they are of: neither the database nor a topic tells which went
// together. Rows go before the entries by which they are found, so that what a crash interrupted is found
// again.
void RocksVault::Store::destroy(const Destruction& destruction) {
  const std::lock_guard lock{changing_};
  const auto doomed = doomed_by(destruction);
  rocksdb::WriteBatch batch;
  std::vector<std::string> touched;
  const auto flush = [&] {
    if (touched.empty()) return;
    note_change(batch, touched);
    commit(batch);
    batch.Clear();
    touched.clear();
  };
  const auto take = [&](const std::string& key) {
    remove(batch, key);
    touched.push_back(key);
    if (touched.size() >= keys_per_batch_max) flush();
  };
  for (const auto& [key, instead] : doomed.rows) {
    if (instead) {
      put_row(batch, *instead);
      touched.push_back(key_of(instead->row_class, instead->name));
    }
    take(key);
  }
  flush();
  for (const auto& key : doomed.entries) take(key);
  flush();
}

// Deleted rows lie in files until these are written anew, and in the write-ahead log until it is left.
void RocksVault::Store::compact() {
  require(db_->Flush(rocksdb::FlushOptions{}), "flush");
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  all.exclusive_manual_compaction = true;
  require(db_->CompactRange(all, nullptr, nullptr), "compaction");
  // Obsolete files are deleted now, and not with the next change of files.
  require(db_->DisableFileDeletions(), "files");
  require(db_->EnableFileDeletions(/*force=*/true), "files");
}

void RocksVault::Store::begin_rotation(const WrappingKeys& keys) {
  const std::lock_guard changing{changing_};
  const std::lock_guard lock{sealing_mutex_};
  sealing_ = std::make_shared<const Sealing>(keys);
}

bool RocksVault::Store::seal_anew(const std::function<bool()>& goes_on) {
  std::string from;
  while (goes_on()) {
    const std::lock_guard lock{changing_};
    rocksdb::WriteBatch batch;
    bool more = false;
    const std::unique_ptr<rocksdb::Iterator> entries{db_->NewIterator(rocksdb::ReadOptions{})};
    for (entries->Seek(slice(from)); entries->Valid(); entries->Next()) {
      const auto key = entries->key().ToStringView();
      if (batch.GetDataSize() >= reseal_bytes_max) {
        from = key;
        more = true;
        break;
      }
      const auto row_class = sealed_as(key);
      const auto stored = entries->value().ToStringView();
      if (!row_class || sealing()->is_under_newest(*row_class, stored)) continue;
      auto plain = sealing()->unseal(*row_class, key, stored);
      put(batch, key, sealing()->seal(*row_class, key, plain));
      crypto::wipe(plain);
    }
    require(entries->status(), "read");
    if (batch.Count() > 0) commit(batch);
    if (!more) return true;
  }
  return false;
}

void RocksVault::Store::end_rotation(const WrappingKeys& keys) {
  const std::lock_guard changing{changing_};
  const auto sealing = std::make_shared<const Sealing>(keys);
  each_entry("", [&](std::string_view key, std::string_view value) {
    const auto row_class = sealed_as(key);
    if (row_class && !sealing->is_under_newest(*row_class, value))
      throw std::logic_error("vault: " + shown(key) + " is not sealed under the new keys");
    return true;
  });
  if (publishing_) {
    rocksdb::WriteBatch batch;
    put(batch, publishing_key, publishing_begun);
    commit(batch);
    must_publish_all_ = true;
  }
  const std::lock_guard lock{sealing_mutex_};
  sealing_ = sealing;
}

void RocksVault::Store::set_erasures_mark(std::string_view mark) {
  put_synced(erasures_key, mark);
}

}  // namespace stimmbuch::vault
