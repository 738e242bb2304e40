#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "readable.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::runner {

// What the one record of a part holds, at least one. `Own`: the events of the part's aggregate. Throws
// std::runtime_error if it is not there or cannot be read.
template <class Own, class Part, class One>
std::vector<One> read_part(const eventstore::Records& log, const StreamId& stream,
                           std::vector<One> Part::* members) {
  std::vector<One> found;
  const std::string name = subject(stream);
  log.read_stream(name, [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    auto event = readable(codec::read_event(envelope), position);
    found = std::move(std::get<Part>(std::get<Own>(event)).*members);
    return true;
  });
  if (found.empty()) throw std::runtime_error(name + " is not there");
  return found;
}

}  // namespace stimmbuch::runner
