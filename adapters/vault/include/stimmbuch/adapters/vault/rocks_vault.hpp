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

// The vault as a RocksDB of its own, in the directory `vault` of a data directory. Names of rows and of
// owners are in clear, they hold ids and keyed hashes only; every value is sealed. Layout:
// docs/formats/vault.md.
//
// Rows never change: a second row of the same name is a broken invariant (std::logic_error).
//
// A vault may be published, so that other nodes can keep a copy of it: from begin_publishing() on it keeps a
// note of each write until that is confirmed.
//
// Threads: as the port says; publishing belongs to one thread of its own.
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

  // The addresses of all rows that the erasure of this owner destroys, in no order. From any thread.
  std::vector<RowAddress> rows_of(std::string_view owner) const;

  // Makes `target`, which must not exist and lies on the same file system, a copy of the vault by hard links, as
  // it is at the call, and reads its checksums. Throws std::runtime_error. Any thread.
  void hard_link_checkpoint(const std::filesystem::path& target) const;

  // ---- publishing

  // Begins to keep notes, if it did not yet. True if everything must be published, as `all_rows` shows it,
  // since not all that lies here was.
  bool begin_publishing();
  // Everything that another node needs, as it is at the call.
  void all_rows(const std::function<void(const SealedRow&)>& visitor) const;
  // Notes that what all_rows showed is published.
  void published_all();

  // The entries of the writes whose records begin at or before a position and that are not confirmed yet, as
  // they are now.
  std::vector<SealedRow> unpublished(Position up_to) const;
  // Forgets these writes: they are published.
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
};

}  // namespace stimmbuch::vault
