#pragma once

#include <compare>
#include <cstdint>

namespace stimmbuch {

// The place of a record in the ledger: 1, 2, 3 … without a gap; 0 stands before the first record.
enum class Position : std::uint64_t {};

constexpr std::uint64_t number(Position position) {
  return static_cast<std::uint64_t>(position);
}
constexpr Position next(Position position) {
  return Position{number(position) + 1};
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
