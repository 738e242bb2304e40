#pragma once

#include <expected>
#include <string_view>

#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"

// What supports, ratings and reports have in common: a participant, under a pseudonym of the phase, thinks
// something of a contribution.
namespace stimmbuch::opinion {

// What the rules must know from outside the participant's stream.
struct Context {
  const ledger::State& ledger;
  const project::State& project;
  OpinionsId contest;
  const contribution::State& about;  // the contribution that the command names
  const citizen::State* citizen;     // the person behind the participant
  Time now;                          // exact
};

// Of supports and ratings: the phase, which collects them now, or why it does not.
std::expected<const project::Phase*, Rejection> open_phase(const Context& context);

// The same, if it admits the person behind the participant.
std::expected<const project::Phase*, Rejection> admitting_phase(const Context& context);

// Whether the contribution is of the phase and can be read; `where` points to it.
std::expected<void, Rejection> check_about(const Context& context, std::string_view where);

// With so many commands, or so few left that everything that stands can still be taken back, nothing more is
// said.
constexpr std::size_t commands_max = 900;
std::expected<void, Rejection> check_commands_left(std::size_t commands, std::size_t standing);

}  // namespace stimmbuch::opinion
