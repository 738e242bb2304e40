#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"

// What the stream of a ballot says: one voter's votes in one poll.
namespace stimmbuch::ballot {

struct Choice {
  OptionId option;
  std::int32_t points = 0;  // 0 but in polls of points

  friend bool operator==(const Choice&, const Choice&) = default;
};

// Ranked: in order of preference; points: sorted by option; else in the poll's order of options. Empty:
// blank.
using Choices = std::vector<Choice>;

enum class Channel { online, paper };

// `cast_at`: in imported polls, when the ballot was cast in the system that it comes from.
struct VoteCast {
  Choices choices;
  Channel channel = Channel::online;
  std::optional<Time> cast_at;

  friend bool operator==(const VoteCast&, const VoteCast&) = default;
};

struct VoteChanged {
  Choices choices;
  Choices replaced;
  Channel channel = Channel::online;
  std::optional<Time> cast_at;

  friend bool operator==(const VoteChanged&, const VoteChanged&) = default;
};

struct VoteWithdrawn {
  Choices replaced;
  Channel channel = Channel::online;
  std::optional<Time> cast_at;

  friend bool operator==(const VoteWithdrawn&, const VoteWithdrawn&) = default;
};

using Event = std::variant<VoteCast, VoteChanged, VoteWithdrawn>;

}  // namespace stimmbuch::ballot
