#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimmbuch/adapters/vault/vault_error.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// The secrets of a ledger beside those of its contests. Made with the vault.
struct Secrets {
  crypto::Secret idempotency;  // recognises repeated commands; never rotates
  crypto::Secret derivation;   // ids of what commands create; never rotates
  crypto::Secret subject;      // who somebody is, as names of rows; never rotates
  crypto::Secret token;        // MAC key of local tokens
  crypto::Secret log_signing;  // Ed25519 seed of the log

  // Those of nobody, for a node that has none: they match nothing.
  static Secrets random() {
    return {crypto::Secret::random(), crypto::Secret::random(), crypto::Secret::random(),
            crypto::Secret::random(), crypto::Secret::random()};
  }
};

// A row's address: its class and its name there.
struct RowAddress {
  runner::RowClass row_class;
  std::string name;

  friend bool operator==(const RowAddress&, const RowAddress&) = default;
};

// An entry of the vault's database as another node keeps it: its key in clear, its value sealed. No value: it
// was destroyed.
struct SealedRow {
  std::string key;
  std::optional<std::string> value;

  friend bool operator==(const SealedRow&, const SealedRow&) = default;
};

// What is to be destroyed.
struct Destruction {
  // A person, or whatever else owns rows: all of them go. Unless `held` is empty, a bare row with it as its
  // value stays of who somebody is, under held_row_name: it tells that somebody holds this identity, and not
  // who.
  struct Owner {
    std::string subject;
    std::string held;
  };

  std::vector<Owner> owners;
  std::vector<RowAddress> rows;

  bool empty() const { return owners.empty() && rows.empty(); }
};

// The vault as a RocksDB of its own, in the directory `vault` of a data directory. Names of rows and of
// owners are in clear, they hold ids and keyed hashes only; every value is sealed. Layout:
// docs/formats/vault.md.
//
// The rows of records never change: a second row of the same name is a broken invariant (std::logic_error).
// Rows that no record needs are kept besides, and they do change (keep). What is asked
// to be destroyed reads as if it were gone at once: a text whose own name or one of whose owners has a row
// erasing_row_name in the class of secrets.
//
// A vault may be published, so that other nodes can keep a copy of it: from begin_publishing() on it keeps a
// note of each write until that is confirmed.
//
// Threads: as the port says; what is kept is changed, and rows are destroyed, from any; publishing belongs to
// one thread of its own, rotation to another.
class RocksVault final : public runner::Vault {
 public:
  enum class Start {
    first,  // the ledger has no record yet: makes the vault and its secrets if they are not there
    later,  // a vault that is not there is an error, since its ledger could never be read again
    copy,   // of another node's vault: made empty if it is not there, and filled by `copy` before it is used
  };

  // Holds the directory's lock until the vault is destroyed.
  static std::expected<std::unique_ptr<RocksVault>, VaultError> open(const std::filesystem::path& data_dir,
                                                                     const WrappingKeys& keys, Start start);
  ~RocksVault() override;

  // Whether it was opened with the key of secrets. Without it, which only a copy may be, rows of that class
  // read as if they were not there, nothing can be written, and rows_of throws std::logic_error.
  bool opens_secrets() const;

  // Those of nobody where it does not open them. Of a copy: after `load`.
  const Secrets& secrets() const;

  // One synced batch with the rows, the entries of their owners, and a note of what it holds for `recover`.
  void write(Position first, std::span<const runner::VaultRow> rows) override;
  std::optional<std::string> read(runner::RowClass row_class, std::string_view name) const override;
  void recover(Position head) override;

  // Puts a row that no record needs, or gives such a row another value; its owners stay. Durable on return;
  // throws std::runtime_error when it cannot. From any thread: who changes what they read guards both.
  void keep(const runner::VaultRow& row);

  // The addresses of all rows that the erasure of this owner destroys, in no order. From any thread.
  std::vector<RowAddress> rows_of(std::string_view owner) const;

  // The rows of the class of secrets whose names begin so, in their order. The visitor must not change the
  // vault. From any thread.
  void each_secret(std::string_view name_prefix,
                   const std::function<void(std::string_view name, std::string_view value)>& visitor) const;

  // ---- destruction (docs/formats/vault.md#destruction); all throw std::runtime_error when they cannot

  // Who is told after rows were destroyed, by this node or, of a copy, by its source: caches of them must go.
  // On the thread that did it. Set before anybody else uses the vault.
  void on_destruction(std::function<void()> listener) { destroyed_ = std::move(listener); }

  // Deletes rows, in the order of their names, in synced batches; what is not there is passed over, so that
  // after a crash the same call goes on. What was deleted may still lie in files.
  void destroy(const Destruction& destruction);
  // Writes all files anew without what was deleted, and leaves the write-ahead log.
  void compact();

  // Seals under the next of these keys from now on, and opens both. What was begun with such keys goes on
  // when the vault is opened with them.
  void begin_rotation(const WrappingKeys& keys);
  bool is_rotating() const;
  // Seals anew what is still under the former keys; durable. False: it was told not to go on.
  bool seal_anew(const std::function<bool()>& goes_on);
  // Forgets the former keys; `keys` are the new ones alone. Everything must have been sealed anew
  // (std::logic_error), and is published anew.
  void end_rotation(const WrappingKeys& keys);

  // Up to where the list of erasures was applied to this vault, as the list itself says it.
  std::optional<std::string> erasures_mark() const;
  void set_erasures_mark(std::string_view mark);
  // Makes `target`, which must not exist and lies on the same file system, a copy of the vault by hard links,
  // as it is at the call, and reads its checksums. Throws std::runtime_error. Any thread.
  void hard_link_checkpoint(const std::filesystem::path& target) const;

  // ---- publishing

  // Begins to keep notes, if it did not yet. True if everything must be published, as `all_rows` shows it,
  // since not all that lies here was.
  bool begin_publishing();
  // Whether other nodes may have a copy.
  bool is_published() const;
  // Whether everything must be published anew, since it was sealed anew.
  bool must_publish_all() const;
  // Whether rows were destroyed or kept of which `unpublished` has not told, or it is not confirmed.
  bool has_unpublished_changes() const;
  // Everything that another node needs, as it is at the call.
  void all_rows(const std::function<void(const SealedRow&)>& visitor) const;
  // Notes that what all_rows showed is published.
  void published_all();

  // The entries of the writes whose records begin at or before a position and that are not confirmed yet, as
  // they are now; and what was destroyed or kept since.
  std::vector<SealedRow> unpublished(Position up_to);
  // Forgets these writes and what else the last call told: they are published.
  void confirm_published(Position up_to);

  // ---- being a copy

  // How far the source was read, in its own count; nothing for an empty copy.
  std::optional<std::int64_t> copied_to() const;
  // Takes entries over, and where the source goes on, in one synced batch.
  void copy(std::span<const SealedRow> rows, std::int64_t next);
  // Makes a copy ready to be read. An error if the keys are not its own, or it is not whole.
  std::expected<void, VaultError> load();

 private:
  class Store;

  explicit RocksVault(std::unique_ptr<Store> store);

  std::unique_ptr<Store> store_;
  std::function<void()> destroyed_ = [] {};
};

}  // namespace stimmbuch::vault
