#pragma once

#include <cstdint>
#include <utility>

namespace stimmbuch::eventstore {

/// The place of a record in the ledger: 1, 2, 3 … without a gap.
enum class Position : std::uint64_t {};

/// Where a reader stands who has read nothing; the head of an empty ledger.
inline constexpr Position before_first{0};

/// Further than any record: reads "up to the head".
inline constexpr Position end_of_time{UINT64_MAX};

constexpr std::uint64_t number(Position position) {
  return std::to_underlying(position);
}

constexpr Position operator+(Position position, std::uint64_t records) {
  return Position{number(position) + records};
}

/// How many records lie behind `before` up to and including `position`, which must not be smaller.
constexpr std::uint64_t operator-(Position position, Position before) {
  return number(position) - number(before);
}

}  // namespace stimmbuch::eventstore
