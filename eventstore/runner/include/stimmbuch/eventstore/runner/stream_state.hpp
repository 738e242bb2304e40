#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::runner {

// The state of a stream as its visible records make it. Reads from disk; throws std::runtime_error for a
// record that cannot be read.
template <class OwnState>
OwnState read_state(const eventstore::Records& log, const StreamId& stream) {
  State state = initial_state(stream);
  log.read_stream(subject(stream), [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    const auto about = envelope ? codec::recorded(*envelope) : std::unexpected(envelope.error());
    if (!event || !about) {
      throw std::runtime_error("record " + std::to_string(number(position)) + " cannot be read");
    }
    state = evolve(std::move(state), *event, *about);
    return true;
  });
  return std::get<OwnState>(std::move(state));
}

}  // namespace stimmbuch::runner
