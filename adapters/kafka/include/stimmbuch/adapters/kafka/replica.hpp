#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::kafka {

// A record of the topic that cannot be the next one of the ledger, or a ledger that cannot take it: nothing
// helps but a look. The text names the position.
class ReplicaFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Told of a record with which another leader begins an epoch, before it is appended.
using OnLeaderChanged = std::function<void(std::uint32_t epoch, Position first)>;

// Told of each signed checkpoint of the ledger when that has its records. Throws std::runtime_error if it has
// others, which is then a ReplicaFault.
using OnCheckpoint = std::function<void(std::string_view note)>;

// Writes the topic's ledger into one of its own, byte for byte: each record is checked before it is appended,
// in groups that end behind whole commands. Where it goes on follows from what the ledger has, so a ledger
// that is empty, restored or behind is brought up in the same way. Rows of the vault go into a copy of it,
// each batch before the records that were read with it. Used by one thread, which is then the ledger's
// writer.
class Replica {
 public:
  // Both must outlive this. Without a vault no rows are read. Throws BrokerError.
  Replica(eventstore::Ledger& ledger, vault::RocksVault* vault, const Settings& settings,
          const LedgerId& ledger_id, OnLeaderChanged on_leader_changed, OnCheckpoint on_checkpoint);
  ~Replica();

  // Takes what comes within `wait`, or a group's worth. Throws BrokerError, after which it can be called
  // again where the broker was unreachable, and ReplicaFault.
  void step(std::chrono::milliseconds wait);

  // Whether everything that was committed when it began was taken: of the vault, and of all.
  bool has_rows() const;
  bool has_caught_up() const;

  // When it last knew that it had all records, or all rows of the vault, that were committed.
  std::chrono::steady_clock::time_point at_end_since() const;
  std::chrono::steady_clock::time_point rows_at_end_since() const;

  // When the broker last answered; it does so all the time, if it can.
  std::chrono::steady_clock::time_point heard_at() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stimmbuch::kafka
