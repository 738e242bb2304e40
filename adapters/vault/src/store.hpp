#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "sealing.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "vault_format.hpp"

namespace stimmbuch::vault {

// The vault's database and what is done in it. Changes are serialised, so that nothing that was destroyed
// comes back by way of another change that read it before. store.cpp: rows and secrets; store_copies.cpp:
// publishing, and being a copy; store_destruction.cpp: the end of rows, and sealing anew.
class RocksVault::Store {
 public:
  // Throws VaultFault.
  Store(const std::filesystem::path& directory, const WrappingKeys& keys, bool create_if_missing);

  bool is_made() const { return get(format_key).has_value(); }
  void make();
  // Throws VaultFault if the keys are not this vault's or a secret is missing.
  void load();

  bool opens(runner::RowClass row_class) const { return sealing()->opens(row_class); }
  const Secrets& secrets() const { return *loaded_; }

  std::optional<Content> row(std::string_view key, runner::RowClass row_class) const;
  bool is_hidden(std::string_view name, const std::vector<std::string>& owners) const;
  void write(Position first, std::span<const runner::VaultRow> rows);
  void recover(Position head);
  void keep(const runner::VaultRow& row);
  std::vector<RowAddress> rows_of(std::string_view owner) const;
  void each_secret(std::string_view name_prefix,
                   const std::function<void(std::string_view, std::string_view)>& visitor) const;

  void hard_link_checkpoint(const std::filesystem::path& target) const;

  bool begin_publishing();
  bool has_unpublished_changes() const { return has_changes_; }
  bool is_published() const { return publishing_; }
  bool must_publish_all() const { return must_publish_all_; }
  void all_rows(const std::function<void(const SealedRow&)>& visitor) const;
  void published_all();
  std::vector<SealedRow> unpublished(Position up_to);
  void confirm_published(Position up_to);
  std::optional<std::int64_t> copied_to() const;
  void copy(std::span<const SealedRow> rows, std::int64_t next);

  void destroy(const Destruction& destruction);
  void compact();
  void begin_rotation(const WrappingKeys& keys);
  bool is_rotating() const { return sealing()->is_changing(); }
  bool seal_anew(const std::function<bool()>& goes_on);
  void end_rotation(const WrappingKeys& keys);
  std::optional<std::string> erasures_mark() const { return get(erasures_key); }
  void set_erasures_mark(std::string_view mark);

 private:
  static constexpr std::string_view idempotency = "secret/idempotency";
  static constexpr std::string_view derivation = "secret/derivation";
  static constexpr std::string_view subject = "secret/subject";
  static constexpr std::string_view token = "secret/token";
  static constexpr std::string_view log_signing = "secret/log-signing";

  // Database keys of what is to be destroyed, in order.
  struct Doomed {
    std::map<std::string, std::optional<runner::VaultRow>> rows;  // and what is put in their place
    std::set<std::string> entries;                                // under owners
  };

  std::shared_ptr<const Sealing> sealing() const;
  std::optional<std::string> get(std::string_view key) const;
  crypto::Secret secret(std::string_view name) const;
  // Calls the visitor for each entry whose key begins so, in order, until it returns false.
  void each_entry(std::string_view key_prefix,
                  const std::function<bool(std::string_view key, std::string_view value)>& visitor) const;
  std::vector<Note> notes(Position up_to) const;
  void put_sealed(rocksdb::WriteBatch& batch, std::string_view key, std::string_view plain) const;
  void put_content(rocksdb::WriteBatch& batch, std::string_view key, const Content& content) const;
  // The entries of rows under their owners are told by their keys. Of no row: none.
  std::vector<std::string> put_row(rocksdb::WriteBatch& batch, const runner::VaultRow& row) const;
  std::vector<std::string> entries_of(std::string_view row_key) const;
  void remove_row(rocksdb::WriteBatch& batch, const std::string& key) const;
  void note_change(rocksdb::WriteBatch& batch, const std::vector<std::string>& keys);
  void add_doomed(Doomed& doomed, const std::string& row_key) const;
  Doomed doomed_by(const Destruction& destruction) const;
  void commit(rocksdb::WriteBatch& batch);
  void put_synced(std::string_view key, std::string_view value);

  std::unique_ptr<rocksdb::DB> db_;
  std::optional<Secrets> loaded_;
  std::atomic<bool> publishing_ = false;
  std::atomic<bool> must_publish_all_ = false;
  std::atomic<bool> has_changes_ = false;  // destroyed or kept, and not published

  mutable std::mutex sealing_mutex_;  // guards the next one
  std::shared_ptr<const Sealing> sealing_;

  std::mutex changing_;  // held while anything is changed; guards the next three
  std::optional<Position> last_note_;
  std::uint64_t last_change_ = 0;   // the number of the newest that was noted
  std::uint64_t changes_seen_ = 0;  // up to where `unpublished` told of them
};

// A vault's database that nobody changes meanwhile; its files stay as they are.
std::unique_ptr<rocksdb::DB> open_to_read(const std::filesystem::path& directory);

void require(const rocksdb::Status& status, const char* what);
void put(rocksdb::WriteBatch& batch, std::string_view key, std::string_view value);
void remove(rocksdb::WriteBatch& batch, std::string_view key);
rocksdb::Slice slice(std::string_view text);

}  // namespace stimmbuch::vault
