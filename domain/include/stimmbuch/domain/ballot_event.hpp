#pragma once

#include <array>
#include <cstddef>
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

// Choices that nobody reads before the poll's openings: a commitment under the record's own key, and the
// ciphertext of the choices' writing, padded to the poll's fixed length (docs/formats/sealed-ballots.md).
struct Seal {
  std::array<std::byte, 32> commitment{};
  std::vector<std::byte> ciphertext;

  friend bool operator==(const Seal&, const Seal&) = default;
};

// The same in sealed polls. What is replaced or withdrawn stays sealed for ever, so nothing repeats it.
struct SealedVoteCast {
  Seal seal;

  friend bool operator==(const SealedVoteCast&, const SealedVoteCast&) = default;
};

struct SealedVoteChanged {
  Seal seal;

  friend bool operator==(const SealedVoteChanged&, const SealedVoteChanged&) = default;
};

struct SealedVoteWithdrawn {
  friend bool operator==(const SealedVoteWithdrawn&, const SealedVoteWithdrawn&) = default;
};

using Event = std::variant<VoteCast, VoteChanged, VoteWithdrawn, SealedVoteCast, SealedVoteChanged,
                           SealedVoteWithdrawn>;

}  // namespace stimmbuch::ballot
