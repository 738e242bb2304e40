#pragma once

#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/ledger/position.hpp"

// The ledger knows nothing of the domain and so has a type of its own for positions.
namespace stimmbuch::runner {

constexpr Position of_domain(eventstore::Position position) {
  return Position{number(position)};
}

constexpr eventstore::Position of_ledger(Position position) {
  return eventstore::Position{number(position)};
}

}  // namespace stimmbuch::runner
