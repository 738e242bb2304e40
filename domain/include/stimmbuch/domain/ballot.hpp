#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/refusal.hpp"

// One voter's ballot in one poll: who may cast it, what it may say, and until when.
namespace stimmbuch::ballot {

// ---- commands

// `choices` as the voter gave them; `decide` puts unranked ones into the poll's order. In sealed polls the
// record holds `seal` instead: `canonical_choices` of them, sealed where the command came in.
struct CastVote {
  Choices choices;
  std::optional<Seal> seal = {};
};

struct WithdrawVote {};

// What an official takes over from another system into an imported poll.
struct ImportVote {
  Choices choices;
  Channel channel = Channel::online;
  Time cast_at;
};

struct ImportWithdrawal {
  Time cast_at;
};

using Command = std::variant<CastVote, WithdrawVote, ImportVote, ImportWithdrawal>;

// ---- state

struct Vote {
  Choices choices;  // none in sealed polls
  Channel channel = Channel::online;
};

struct State {
  std::optional<Vote> standing;
  std::size_t commands = 0;  // by the voter
};

// The last of them must be a withdrawal, so that nobody is left with a vote that cannot be taken back.
constexpr std::size_t commands_max = 50;

// What the rules must know from outside the stream. `citizen` is the person behind the voter; imported polls
// have none.
struct Context {
  const ledger::State& ledger;
  const poll::State& poll;
  const citizen::State* citizen;
  Time now;  // exact
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

// The choices as a record writes them, or what is wrong with them.
std::expected<Choices, Rejection> canonical_choices(const poll::State& poll, Choices choices);

// Whether a ballot may say this, so that it counts: canonical, by the poll's form. A withdrawn option is no
// fault here, since it may have been withdrawn later.
bool is_valid(const poll::State& poll, const Choices& choices);

// Whether a citizen could cast a first vote in the poll now; the refusal names the first thing in the way.
std::expected<void, Rejection> may_vote(const poll::State& poll, const citizen::State* citizen,
                                        const ledger::State& ledger, Time now);

// The longest writing of a ballot in bytes, for a poll whose options are fixed: what choices are padded to
// before they are sealed.
std::size_t sealed_bytes(const poll::State& poll);

}  // namespace stimmbuch::ballot
