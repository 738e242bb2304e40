#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::poll {
struct State;
}

// What a closed, sealed poll's standing ballots say, each with the key by which anybody can hold it against
// the ballot's record. Written by the engine in parts, each a stream of its own with one record;
// `poll::OpeningsCompleted` says how many there are. Ballots that were replaced or withdrawn stay sealed.
namespace stimmbuch::opening {

// `choices`: absent if the record does not open to a ballot that the poll allows; it then counts as invalid.
struct Opening {
  Position ballot{};
  std::array<std::byte, 32> key{};
  std::optional<ballot::Choices> choices;

  friend bool operator==(const Opening&, const Opening&) = default;
};

constexpr std::size_t openings_max = 500;  // of one part

// The bytes that the opening takes in a record at most; those of one part are at most `part_bytes_max`.
std::size_t written_bytes_max(const Opening& opening);
constexpr std::size_t part_bytes_max = 59'000;

// ---- commands

struct AddPart {
  std::int64_t before = 0;  // openings in the parts before it
  std::vector<Opening> openings;
};

using Command = std::variant<AddPart>;

// ---- events

// Openings in the order of the ballots' positions, over all parts.
struct PartAdded {
  std::int64_t before = 0;
  std::vector<Opening> openings;

  friend bool operator==(const PartAdded&, const PartAdded&) = default;
};

using Event = std::variant<PartAdded>;

// ---- state

struct State {
  bool added = false;
  std::int64_t openings = 0;  // in it and in the parts before it
  Position last{};
};

// What the rules must know from outside the stream.
struct Context {
  const poll::State& poll;
  const State* previous;  // the part before; nullptr for the first one
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::opening
