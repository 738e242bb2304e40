#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::program {

// Writes what follows a closed poll before it can be counted, in the engine's name: the roll, and in sealed
// polls the openings. Each part is a command whose id follows from its place, so that after a crash, or on
// another node, doing it again repeats what is there and adds what is missing. One thread of its own.
class PollSettler {
 public:
  // All must outlive the settler.
  PollSettler(const eventstore::Records& log, const projections::ViewStore& views, runner::Runner& runner,
              vault::ContestSecrets& contests, const LedgerId& ledger, const crypto::Secret& idempotency);
  ~PollSettler();

 private:
  void run(const std::stop_token& stop);
  void settle_all(const std::stop_token& stop);
  void settle(const PollId& id, const std::stop_token& stop);
  bool add_roll(const PollId& id, const poll::State& poll, const std::stop_token& stop);
  bool add_openings(const PollId& id, const poll::State& poll, const std::stop_token& stop);

  // What a command of the engine wrote; nothing if it could not be done now.
  std::optional<runner::Accepted> done(const StreamId& stream, const Command& command,
                                       std::string_view occasion);

  const eventstore::Records& log_;
  const projections::ViewStore& views_;
  runner::Runner& runner_;
  vault::ContestSecrets& contests_;
  const LedgerId ledger_;
  const crypto::Mac key_;

  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it uses all of the above
};

// The positions of the ballots that a complete roll says were standing, in order.
std::vector<Position> standing_ballots(const eventstore::Records& log, const PollId& poll,
                                       const poll::RollCompleted& roll);

}  // namespace stimmbuch::program
