#pragma once

#include <optional>

#include "stimmbuch/domain/opening.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::runner {

// What a poll's openings, which are complete, say of the ballot whose record is at a position; nothing if
// they do not open it. Reads as many parts as a binary search needs. Throws std::runtime_error for a part
// that is missing or cannot be read. Any thread.
std::optional<opening::Opening> opening_of(const eventstore::Records& log, const PollId& poll,
                                           const poll::OpeningsCompleted& openings, Position ballot);

}  // namespace stimmbuch::runner
