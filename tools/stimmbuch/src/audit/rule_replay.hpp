#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audit/deadlines.hpp"
#include "audit/people.hpp"
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

  // Who is asked about with was_elector; before the first record.
  void watch(std::vector<CitizenId> citizens) { watched_ = std::move(citizens); }

  // As Recount::begin_pass.
  void begin_pass(Portion portion);

  // The next record of the log, if it is of no ballot. `more`: its command goes on.
  void take(const StreamId& stream, const Event& event, const Recorded& recorded, bool more);

  // The next record, of a ballot as it was before; that of a voter of no concern to the pass is not looked
  // at.
  void take_ballot(const BallotId& id, const ballot::State& before, const ballot::Event& event,
                   const Recorded& recorded);

  // Behind the last record of each pass: what should have been destroyed by then.
  void finish();

  // How many commands were decided on anew.
  std::uint64_t commands() const { return commands_; }
  // Erasures and ends of secrets that were looked at, behind the last pass.
  std::uint64_t erasures() const { return erasures_; }
  std::uint64_t ended_polls() const { return ended_polls_; }
  // Whether a citizen who is watched satisfied the rule of a poll whose roll is complete.
  bool was_elector(const PollId& poll, const CitizenId& citizen) const {
    return electors_watched_.contains({poll, citizen});
  }
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

  // What is kept of a citizen: the state is one of few.
  struct Citizen {
    std::uint32_t number = UINT32_MAX;  // in the order of their first record
    std::uint32_t state = 0;            // of citizen_states_
  };

  // Whoever satisfied the rule of a poll with a roll, since it was opened.
  struct Electors {
    std::vector<bool> citizens;  // by number
    std::int64_t count = 0;
    std::int64_t at_opening = 0;
    bool closed = false;

    void add(std::uint32_t citizen);
  };
  // The same, added up over passes.
  struct ElectorSums {
    std::int64_t count = 0;
    std::int64_t at_opening = 0;
  };

  void find(Check check, Position position, std::string detail);
  // Whether this pass judges what somebody did to the stream: of people their own portion's pass does; all
  // else is judged in the first, and only followed in the others.
  bool judges(const StreamId& stream, const Actor& actor) const;

  const State& of(const StreamId& stream) override;
  void put(const StreamId& stream, State state);
  void judge(const Pending& command);
  // Tells what does not hold. False if the rules refuse the command.
  bool is_accepted(const Pending& command);
  const BallotsOf& ballots_of(const PollId& poll);
  const ledger::State& ledger();

  void follow_electors(const StreamId& stream, const Event& event, const Recorded& recorded);
  void find_electors_at_opening(const PollId& poll, Electors& electors);
  void check_roll(const PollId& poll, const poll::RollCompleted& roll, Position position);
  bool admits(const PollId& poll, const citizen::State& citizen);

  // The grid on which the records of a contest lie; nothing if there is no such contest.
  std::optional<std::chrono::seconds> grid_of(const ContestId& contest);
  // Somebody whom a contest admits, since the log does not say who a participant is.
  void take_for_granted(const ContestId& contest);
  void check_overdue_contests(Time now);

  void check_exact_time(const Recorded& recorded);
  void check_grid_time(const Recorded& recorded, std::chrono::seconds grid);

  const Differ differ_;
  Portion portion_;
  bool is_told_ = true;  // whether what is found is told, or was in an earlier pass

  std::map<std::string, State, std::less<>> states_;  // by subject; of no person
  PeopleTable<Citizen> citizens_;
  std::deque<State> citizen_states_{State{citizen::State{}}};  // different ones; the first: not registered
  std::map<std::string, std::uint32_t> citizen_state_indices_{{citizen::text_of({}), 0}};
  std::optional<Pending> pending_;
  std::uint64_t commands_ = 0;

  std::map<PollId, Electors> electors_;  // of polls whose roll is not complete
  std::map<PollId, ElectorSums> elector_sums_;
  std::vector<CitizenId> watched_;
  std::set<std::pair<PollId, CitizenId>> electors_watched_;
  std::uint64_t roll_entries_ = 0;

  std::optional<BallotsOf> ballots_of_;
  std::optional<LedgerId> ledger_;
  State somebody_;  // under an id that nobody has

  std::optional<Time> last_exact_;
  std::optional<Time> latest_on_grid_;

  Deadlines deadlines_;
  std::uint64_t erasures_ = 0;
  std::uint64_t ended_polls_ = 0;
};

}  // namespace stimmbuch::program
