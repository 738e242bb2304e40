#pragma once

#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/domain/document.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/opening.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/rating.hpp"
#include "stimmbuch/domain/report.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/domain/support.hpp"
#include "stimmbuch/domain/survey.hpp"

// All aggregates as one: what the engine folds and decides without knowing which aggregate it is. A new
// aggregate adds an alternative to each variant and an arm to `initial_state`, `evolve` and `decide`.
namespace stimmbuch {

using Event = std::variant<ledger::Event, citizen::Event, project::Event, poll::Event, ballot::Event,
                           roll::Event, opening::Event, contribution::Event, support::Event, rating::Event,
                           report::Event, survey::Event, answers::Event, document::Event>;

using Command =
    std::variant<ledger::Command, citizen::Command, project::Command, poll::Command, ballot::Command,
                 roll::Command, opening::Command, contribution::Command, support::Command, rating::Command,
                 report::Command, survey::Command, answers::Command, document::Command>;

using State = std::variant<ledger::State, citizen::State, project::State, poll::State, ballot::State,
                           roll::State, opening::State, contribution::State, support::State, rating::State,
                           report::State, survey::State, answers::State, document::State>;

// The state of a stream before its first record.
State initial_state(const StreamId& stream);

// The state behind one more event. Throws std::bad_variant_access if the event belongs to another aggregate.
State evolve(State state, const Event& event, const Recorded& recorded);

// The streams that a decision may read besides the addressed one; streams without a record are in their
// initial state. References stay valid until the next call that writes.
class States {
 public:
  virtual ~States() = default;
  virtual const State& of(const StreamId& stream) = 0;
};

// Who commands, when, and what only the vault knows.
struct Context {
  LedgerId ledger;
  Time now;  // exact
  Actor actor;
  std::optional<CitizenId> citizen;          // the person behind a pseudonym, in contests
  std::optional<CitizenId> registry_holder;  // see citizen::Context, as the next two
  bool identity_held = false;
  bool text_is_there = false;
};

// The events that the command writes into the addressed stream, never none, or why it is refused.
std::expected<std::vector<Event>, Rejection> decide(const StreamId& stream, const Command& command,
                                                    States& states, const Context& context);

// The time that a record of the stream bears: the exact one, or in the streams of a contest the contest's
// grid step.
Time recorded_time(const StreamId& stream, States& states, Time now);

}  // namespace stimmbuch
