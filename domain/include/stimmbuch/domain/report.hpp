#pragma once

#include <expected>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/domain/opinion.hpp"
#include "stimmbuch/domain/refusal.hpp"

// What one participant reports to moderators of the contributions of one phase, under a pseudonym of that
// phase: each at most once, also behind the phase's end, until nobody can tell participants apart any more. A
// report says nothing but its reason: a text would have to end with an account that nothing joins to it.
namespace stimmbuch::report {

struct Report {
  ContributionId contribution;
  contribution::HidingReason reason = contribution::HidingReason::other;
};

using Command = std::variant<Report>;

struct Made {
  ContributionId contribution;
  contribution::HidingReason reason = contribution::HidingReason::other;

  friend bool operator==(const Made&, const Made&) = default;
};

using Event = std::variant<Made>;

struct State {
  std::vector<ContributionId> reported;
};

// Of one participant in one phase.
constexpr std::size_t reports_max = 300;

const ContributionId& about(const Command& command);

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const opinion::Context& context);

}  // namespace stimmbuch::report
