#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "stimmbuch/domain/domain.hpp"

namespace stimmbuch::runner {

// What the rules ask of citizens when they vote, in 18 bytes each: so a vote reads nothing of the person who
// casts it. Derived from the log, and never more than a shortcut: of whom it does not know, the stream is
// read. The writer keeps it right; whoever has the states of many at hand may tell it of them at the start.
//
// Any thread.
class KnownCitizens {
 public:
  // Knows at most so many, of at most 65 534 different states.
  explicit KnownCitizens(std::size_t citizens_max) : citizens_max_(citizens_max) {}

  // The state of a citizen, a citizen::State; nullptr if it is not known. Lives as long as this.
  const State* find(const CitizenId& citizen) const;

  // The state of a citizen as the log has it now. Only the writer knows.
  void put(const CitizenId& citizen, const citizen::State& state);

  // The state of a citizen at some earlier time of this run or at its start; nothing happens if the citizen
  // is known. True if there is room for more.
  bool put_unless_known(const CitizenId& citizen, const citizen::State& state);

  std::size_t size() const;

 private:
  using Key = std::array<std::byte, 16>;
  using StateIndex = std::uint16_t;
  static constexpr StateIndex free_slot = UINT16_MAX;
  static constexpr StateIndex unknown = UINT16_MAX - 1;  // it changed to a state for which there is no room

  struct Slot {
    Key key;
    StateIndex state = free_slot;
  };

  // The slot of a key, or the free one where it belongs. The table is never full.
  std::size_t place_of(const Key& key) const;
  StateIndex index_of(const citizen::State& state);
  void put(const Key& key, StateIndex state);
  void grow();

  const std::size_t citizens_max_;

  mutable std::mutex mutex_;  // guards the rest; states already there stay where they are
  std::vector<Slot> slots_;   // a power of two of them, at most seven tenths in use
  std::size_t size_ = 0;
  std::deque<State> states_;
  std::unordered_map<std::string, StateIndex> indices_;
};

}  // namespace stimmbuch::runner
