#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/gate.hpp"

namespace stimmbuch::kafka {

// When a command is durable enough to be answered.
enum class Durability {
  local,       // synced here; the broker follows when it can
  replicated,  // committed at the broker too
};

constexpr std::string_view name_of(Durability durability) {
  return durability == Durability::replicated ? "replicated" : "local";
}

struct PublisherStatus {
  enum class State {
    connecting,  // no broker answers, or not as it should; it is tried again
    publishing,
    former_leader,  // the topic holds something else than this ledger: another node leads
  };
  State state = State::connecting;
  Position published{};                // as far as is known committed
  std::uint64_t backlog = 0;           // records behind it
  std::chrono::seconds backlog_age{};  // since the topic last had everything
  std::uint64_t transactions = 0;      // committed since start
  std::uint64_t aborted = 0;           // and their records sent again
  std::string trouble;                 // the last one; empty while the broker commits
  std::optional<BrokerError::Kind> trouble_kind;
};

// A signed checkpoint, and the last record that it covers.
struct SignedUpTo {
  Position last;
  std::string note;
};

// Brings the ledger of a leader to its topic, each record once and in order, and rows of the vault with the
// records that need them. A thread of its own reads what is synced, in transactions that end behind whole
// commands; the topic's last committed record is the progress, so nothing is remembered here.
//
// Before it fences other producers, and again behind the fence, it holds that record against the ledger's: if
// it lies beyond the ledger's head or is another one, this node is a former leader. It then publishes
// nothing more, and closes the gate for good. A publisher that is fenced closes the gate at once and begins
// anew, with the same look at the topic first.
//
// With Durability::replicated the ledger must be opened with Visibility::when_shown: what is committed is
// shown, and the gate is closed while the broker does not commit.
class Publisher {
 public:
  // All must outlive the publisher. `on_former_leader` is told why, once, on the publisher's thread.
  struct Parts {
    eventstore::Ledger& ledger;
    vault::RocksVault& vault;
    std::atomic<runner::Gate>& gate;
    std::function<void(std::string_view why)> on_former_leader;
    // Holds the topic's newest checkpoint against this ledger; throws std::runtime_error if they do not
    // agree, which ends the publisher. On its thread.
    std::function<void(std::string_view note)> compare_checkpoint;
    std::function<void(std::string_view why)> on_failure;  // it ended, and not as a former leader
  };

  // Starts the thread; the gate is closed until it knows more.
  Publisher(Parts parts, Settings settings, const LedgerId& ledger, Durability durability);
  // Ends the thread, within about a second; what is in a transaction then is sent again by the next start.
  ~Publisher();

  // Blocks until it publishes, is a former leader, or has found no usable broker once, or until the deadline.
  PublisherStatus wait_for_start(std::chrono::steady_clock::time_point deadline) const;

  // Blocks until everything up to a position is committed; false at the deadline or if that will not be.
  bool wait_published(Position position, std::chrono::steady_clock::time_point deadline) const;

  PublisherStatus status() const;

  // Publishes a checkpoint, unless a newer one is given before it comes to that. Its records must be
  // committed.
  void add_checkpoint(SignedUpTo checkpoint);

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

// Ends what other producers of this ledger have begun: none of them can add to its topics any more, unless it
// begins anew. Waits until the deadline at most. Throws BrokerError.
void fence(const Settings& settings, const LedgerId& ledger, std::chrono::steady_clock::time_point deadline);

}  // namespace stimmbuch::kafka
