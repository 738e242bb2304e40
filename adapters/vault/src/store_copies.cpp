// Publishing, and being a copy.
#include "store.hpp"

namespace stimmbuch::vault {

using Kind = VaultError::Kind;
using runner::RowClass;

bool RocksVault::Store::begin_publishing() {
  const auto state = get(publishing_key);
  if (!state) put_synced(publishing_key, publishing_begun);
  publishing_ = true;
  return state != publishing_whole;
}

void RocksVault::Store::all_rows(const std::function<void(const SealedRow&)>& visitor) const {
  each_entry("", [&](std::string_view key, std::string_view value) {
    if (!is_own(key)) visitor({std::string{key}, std::string{value}});
    return true;
  });
}

void RocksVault::Store::published_all() {
  must_publish_all_ = false;
  put_synced(publishing_key, publishing_whole);
}

std::vector<SealedRow> RocksVault::Store::unpublished(Position up_to) {
  const std::lock_guard lock{changing_};
  std::vector<SealedRow> rows;
  for (const Note& note : notes(up_to)) {
    for (const auto& key : note.rows) {
      rows.push_back({key, get(key)});
      for (const auto& entry : entries_of(key)) rows.push_back({entry, get(entry)});
    }
  }
  each_entry(changed_prefix, [&](std::string_view key, std::string_view value) {
    for (auto& changed : parse_keys(sealing()->unseal(RowClass::secrets, key, value)))
      rows.push_back({changed, get(changed)});
    std::string_view number = key.substr(changed_prefix.size());
    changes_seen_ = take_number(number, 8);
    return true;
  });
  return rows;
}

void RocksVault::Store::confirm_published(Position up_to) {
  const std::lock_guard lock{changing_};
  rocksdb::WriteBatch batch;
  for (const Note& note : notes(up_to)) remove(batch, note_key(note.first));
  bool has_more = false;
  each_entry(changed_prefix, [&](std::string_view key, std::string_view) {
    has_more = key > changed_key(changes_seen_);
    if (!has_more) remove(batch, key);
    return !has_more;
  });
  has_changes_ = has_more;
  // Not synced: what is published again is the same.
  if (batch.Count() > 0) require(db_->Write(rocksdb::WriteOptions{}, &batch), "write");
}

std::optional<std::int64_t> RocksVault::Store::copied_to() const {
  const auto stored = get(copied_key);
  if (!stored) return std::nullopt;
  std::string_view bytes = *stored;
  return static_cast<std::int64_t>(take_number(bytes, 8));
}

void RocksVault::Store::copy(std::span<const SealedRow> rows, std::int64_t next) {
  const std::lock_guard lock{changing_};
  rocksdb::WriteBatch batch;
  for (const auto& row : rows) {
    if (is_own(row.key))
      throw VaultFault(Kind::damaged, "the source has an entry that is no row: " + row.key);
    if (row.value) {
      put(batch, row.key, *row.value);
    } else {
      remove(batch, row.key);
    }
  }
  std::string to;
  put_number(to, static_cast<std::uint64_t>(next), 8);
  put(batch, copied_key, to);
  // Whoever becomes the source of others has published all of it.
  put(batch, publishing_key, publishing_whole);
  commit(batch);
}

}  // namespace stimmbuch::vault
