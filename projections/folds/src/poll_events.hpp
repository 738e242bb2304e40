#pragma once

#include <optional>

#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::projections {

// The status that an event brings about; nothing for an event that leaves it as it is. For projections that
// count polls and need not keep the poll's whole state for it.
std::optional<poll::Status> status_after(const poll::Event& event);

// The poll's state behind one more event. Throws std::runtime_error for an event that no poll in this state
// can have: it would leave the domain, which only ever meets its own events, without what it builds upon.
void evolve_poll(poll::State& state, const poll::Event& event, const Recorded& recorded);

}  // namespace stimmbuch::projections
