#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::poll {
struct State;
}

// The roll of a closed poll: under their pseudonyms all who were entitled to vote at some time while it was
// open, and where their ballots stand. Written by the engine in parts, each a stream of its own with one
// record; `poll::RollCompleted` says how many there are.
namespace stimmbuch::roll {

// SHA-256 over ledger, poll, citizen, pseudonym and a random number of theirs: says who it is to nobody, and
// can be opened to anybody (docs/formats/rolls.md).
using Binding = std::array<std::byte, 32>;

struct Entry {
  VoterId voter;
  Binding binding{};
  Position ballot{};  // that stood when the poll was closed; 0: none did

  friend bool operator==(const Entry&, const Entry&) = default;
};

constexpr std::size_t entries_max = 500;  // of one part

// ---- commands

struct AddPart {
  std::int64_t before = 0;  // entries in the parts before it
  std::vector<Entry> entries;
};

using Command = std::variant<AddPart>;

// ---- events

// Entries in the order of the pseudonyms' bytes, over all parts.
struct PartAdded {
  std::int64_t before = 0;
  std::vector<Entry> entries;

  friend bool operator==(const PartAdded&, const PartAdded&) = default;
};

using Event = std::variant<PartAdded>;

// ---- state

struct State {
  bool added = false;
  std::int64_t entries = 0;  // in it and in the parts before it
  VoterId last;
};

// What the rules must know from outside the stream.
struct Context {
  const poll::State& poll;
  const State* previous;  // the part before; nullptr for the first one
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::roll
