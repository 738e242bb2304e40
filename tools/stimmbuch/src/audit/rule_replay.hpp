#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/deadlines.hpp"
#include "stimmbuch/domain/domain.hpp"

namespace stimmbuch::program {

// Holds a log against the rules that wrote it: each command is made again from its events, decided on anew
// behind what came before, and must write the same. What the log does not hold is taken for granted: that a
// voter was entitled, and that a registry identity was another's. One thread.
class RuleReplay final : private States {
 public:
  enum class Check { rules, time, actor, roll, erasure, secret };
  // Told of what does not hold, and where.
  using Differ = std::function<void(Check check, Position position, std::string detail)>;

  explicit RuleReplay(Differ differ) : differ_(std::move(differ)) {}

  // The next record of the log, if it is of no ballot. `more`: its command goes on.
  void take(const StreamId& stream, const Event& event, const Recorded& recorded, bool more);

  // The next record, of a ballot as it was before.
  void take_ballot(const BallotId& id, const ballot::State& before, const ballot::Event& event,
                   const Recorded& recorded);

  // Behind the last record: what should have been destroyed by then.
  void finish();

  const Deadlines& deadlines() const { return deadlines_; }

  // How many commands were decided on anew.
  std::uint64_t commands() const { return commands_; }
  // Whether the citizen satisfied the rule of the poll whose roll was completed last.
  bool was_elector(const CitizenId& citizen) const { return last_electors_.contains(subject(citizen)); }
  // How many entries rolls have that were held against the citizens' records.
  std::uint64_t roll_entries() const { return roll_entries_; }

 private:
  struct Pending {
    StreamId stream;
    std::vector<Event> events;
    std::vector<Recorded> recorded;
  };

  // The poll that the last ballot was of, and a voter whom it admits.
  struct BallotsOf {
    PollId id;
    const poll::State* poll;
    citizen::State voter;
  };

  // Whoever satisfied the rule of a poll with a roll, since it was opened.
  struct Electors {
    std::set<std::string, std::less<>> citizens;
    std::int64_t at_opening = 0;
    bool closed = false;
  };

  void follow_electors(const StreamId& stream, const Event& event, const Recorded& recorded);
  void check_roll(const PollId& poll, const poll::RollCompleted& roll, Position position);
  bool admits(const PollId& poll, const citizen::State& citizen);

  const State& of(const StreamId& stream) override;
  State& state_of(const StreamId& stream);
  void judge(Pending command);
  const BallotsOf& ballots_of(const PollId& poll);
  const ledger::State& ledger();
  void check_exact_time(const Recorded& recorded);
  void check_grid_time(const Recorded& recorded, std::chrono::seconds grid);

  Differ differ_;
  std::map<std::string, State, std::less<>> states_;  // by subject; of no ballot
  std::optional<Pending> pending_;
  std::uint64_t commands_ = 0;
  std::map<PollId, Electors> electors_;  // of polls whose roll is not complete
  std::set<std::string, std::less<>> last_electors_;
  std::uint64_t roll_entries_ = 0;

  std::optional<BallotsOf> ballots_of_;
  std::optional<LedgerId> ledger_;

  std::optional<Time> last_exact_;
  std::optional<Time> latest_on_grid_;

  Deadlines deadlines_;
};

}  // namespace stimmbuch::program
