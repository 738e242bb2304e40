#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/kafka/replica.hpp"

namespace stimmbuch::kafka {

struct FollowerStatus {
  bool connected = false;              // the topic is being read, and the broker answers
  bool has_rows = false;               // the copy of the vault was once brought up to the topic's end
  bool has_caught_up = false;          // and the log too
  std::chrono::seconds behind{};       // since it last knew that it had all records
  std::chrono::seconds rows_behind{};  // since it last knew that it had all rows of the vault
  std::string trouble;                 // the last one; empty while connected
};

// Keeps a ledger up with its topic on a thread of its own, and waits for brokers that are away as long as it
// takes.
class Follower {
 public:
  // All must outlive the follower. `on_fault` is told, on the follower's thread, why it ended for good.
  struct Parts {
    eventstore::Ledger& ledger;
    vault::RocksVault* vault;  // a copy to be kept, or null
    OnLeaderChanged on_leader_changed;
    OnCheckpoint on_checkpoint;
    std::function<void(std::string_view why)> on_fault;
  };

  Follower(Parts parts, Settings settings, const LedgerId& ledger);
  // Ends the thread, within about a second.
  ~Follower();

  // Blocks until the condition holds or the deadline has passed; the status then.
  FollowerStatus wait_until(const std::function<bool(const FollowerStatus&)>& condition,
                            std::chrono::steady_clock::time_point deadline) const;

  FollowerStatus status() const;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace stimmbuch::kafka
