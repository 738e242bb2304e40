#pragma once

#include <compare>
#include <cstdint>

namespace stimmbuch {

// The place of a record in the ledger: 1, 2, 3 … without a gap.
enum class Position : std::uint64_t {};

// Where a reader stands who has read nothing; the head of an empty ledger.
inline constexpr Position before_first{0};

// Further than any record: reads "up to the head".
inline constexpr Position end_of_time{UINT64_MAX};

constexpr std::uint64_t number(Position position) {
  return static_cast<std::uint64_t>(position);
}
constexpr Position next(Position position) {
  return Position{number(position) + 1};
}
constexpr Position operator+(Position position, std::uint64_t records) {
  return Position{number(position) + records};
}

// How many records lie behind `before` up to and including `position`, which must not be smaller.
constexpr std::uint64_t operator-(Position position, Position before) {
  return number(position) - number(before);
}

// The place of a record in its stream: 0, 1, 2 … without a gap.
enum class Revision : std::uint32_t {};

constexpr std::uint32_t number(Revision revision) {
  return static_cast<std::uint32_t>(revision);
}
constexpr Revision next(Revision revision) {
  return Revision{number(revision) + 1};
}

}  // namespace stimmbuch
