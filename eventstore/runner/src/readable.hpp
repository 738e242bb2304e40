#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <utility>

#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::runner {

// What was read from a record of the ledger. Throws std::runtime_error if the record could not be read:
// nothing can be decided then.
template <class Read>
Read readable(std::expected<Read, codec::NotARecord> read, Position position) {
  if (read) return std::move(*read);
  throw std::runtime_error("record " + std::to_string(number(position)) +
                           " cannot be read: " + read.error().what);
}

}  // namespace stimmbuch::runner
