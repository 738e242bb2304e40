#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/opinion.hpp"
#include "stimmbuch/domain/refusal.hpp"

// What one participant supports of the proposals of one phase, under a pseudonym of that phase. Where the
// phase wants a least number of supports of each participant, those of somebody who gave fewer do not count:
// so a record says which supports begin or cease to count with it.
namespace stimmbuch::support {

// ---- commands

struct GiveSupport {
  ContributionId proposal;
  std::uint32_t version = 1;  // of its text, that the participant saw
};

struct WithdrawSupport {
  ContributionId proposal;
};

using Command = std::variant<GiveSupport, WithdrawSupport>;

// ---- events

// `begin`: the supports that count from here on, this one among them or not.
struct Given {
  ContributionId proposal;
  std::uint32_t version = 1;
  std::vector<ContributionId> begin;

  friend bool operator==(const Given&, const Given&) = default;
};

// The same support for another version.
struct Renewed {
  ContributionId proposal;
  std::uint32_t version = 1;

  friend bool operator==(const Renewed&, const Renewed&) = default;
};

// `cease`: the supports that count no more.
struct Withdrawn {
  ContributionId proposal;
  std::vector<ContributionId> cease;

  friend bool operator==(const Withdrawn&, const Withdrawn&) = default;
};

using Event = std::variant<Given, Renewed, Withdrawn>;

// ---- state

struct Support {
  ContributionId proposal;
  std::uint32_t version = 1;

  friend bool operator==(const Support&, const Support&) = default;
};

struct State {
  std::vector<Support> standing;  // in the order in which they were given
  std::size_t commands = 0;
};

// Whatever a phase allows: a participant's supports stand in one record.
constexpr std::size_t supports_max = 300;

const ContributionId& about(const Command& command);

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const opinion::Context& context);

}  // namespace stimmbuch::support
