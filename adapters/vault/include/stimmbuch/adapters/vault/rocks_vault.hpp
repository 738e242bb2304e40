#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/vault/crypto.hpp"
#include "stimmbuch/adapters/vault/vault_error.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// The secrets of a ledger beside those of its contests. Made with the vault.
struct Secrets {
  Secret idempotency;  // recognises repeated commands; never rotates
  Secret derivation;   // ids of what commands create; never rotates
  Secret subject;      // who somebody is, as names of rows; never rotates
  Secret token;        // MAC key of local tokens
  Secret log_signing;  // Ed25519 seed of the log
};

// A row's address: its class and its name there.
struct RowAddress {
  runner::RowClass row_class;
  std::string name;

  friend bool operator==(const RowAddress&, const RowAddress&) = default;
};

// The vault as a RocksDB of its own, in the directory `vault` of a data directory. Names of rows and of
// owners are in clear, they hold ids and keyed hashes only; every value is sealed. Layout:
// docs/formats/vault.md.
//
// Rows never change: a second row of the same name is a broken invariant (std::logic_error).
//
// Threads: as the port says.
class RocksVault final : public runner::Vault {
 public:
  enum class Start {
    first,  // the ledger has no record yet: makes the vault and its secrets if they are not there
    later,  // a vault that is not there is an error, since its ledger could never be read again
  };

  // Holds the directory's lock until the vault is destroyed.
  static std::expected<std::unique_ptr<RocksVault>, VaultError> open(const std::filesystem::path& data_dir,
                                                                     const WrappingKeys& keys, Start start);
  ~RocksVault() override;

  const Secrets& secrets() const;

  // One synced batch with the rows, the entries of their owners, and a note of what it holds for `recover`.
  void write(Position first, std::span<const runner::VaultRow> rows) override;
  std::optional<std::string> read(runner::RowClass row_class, std::string_view name) const override;
  void recover(Position head) override;

  // The addresses of all rows that the erasure of this owner destroys, in no order. From any thread.
  std::vector<RowAddress> rows_of(std::string_view owner) const;

 private:
  class Store;

  explicit RocksVault(std::unique_ptr<Store> store);

  std::unique_ptr<Store> store_;
};

}  // namespace stimmbuch::vault
