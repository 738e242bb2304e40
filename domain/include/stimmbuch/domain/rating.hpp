#pragma once

#include <cstddef>
#include <expected>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/opinion.hpp"
#include "stimmbuch/domain/refusal.hpp"

// How one participant rates the contributions of one phase, under a pseudonym of that phase: each at most
// once, changeable as long as the phase is open. Events repeat what they replace, so that a count needs
// nothing of the participant.
namespace stimmbuch::rating {

// ---- commands

struct Rate {
  ContributionId contribution;
  Rating rating = Rating::up;
};

struct WithdrawRating {
  ContributionId contribution;
};

using Command = std::variant<Rate, WithdrawRating>;

// ---- events

struct Given {
  ContributionId contribution;
  Rating rating = Rating::up;

  friend bool operator==(const Given&, const Given&) = default;
};

struct Changed {
  ContributionId contribution;
  Rating rating = Rating::up;
  Rating replaced = Rating::up;

  friend bool operator==(const Changed&, const Changed&) = default;
};

struct Withdrawn {
  ContributionId contribution;
  Rating replaced = Rating::up;

  friend bool operator==(const Withdrawn&, const Withdrawn&) = default;
};

using Event = std::variant<Given, Changed, Withdrawn>;

// ---- state

struct Standing {
  ContributionId contribution;
  Rating rating = Rating::up;
};

struct State {
  std::vector<Standing> standing;
  std::size_t commands = 0;
};

const ContributionId& about(const Command& command);

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const opinion::Context& context);

}  // namespace stimmbuch::rating
