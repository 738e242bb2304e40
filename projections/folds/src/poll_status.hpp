#pragma once

#include <optional>

#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::projections {

// The status that an event brings about; nothing for an event that leaves it as it is. For projections that
// count polls and need not keep the poll's whole state for it.
std::optional<poll::Status> status_after(const poll::Event& event);

}  // namespace stimmbuch::projections
