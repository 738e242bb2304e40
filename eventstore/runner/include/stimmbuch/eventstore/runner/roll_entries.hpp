#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

// Reading a poll's roll from its visible parts. All throw std::runtime_error for a part that is missing or
// cannot be read. Any thread.
namespace stimmbuch::runner {

// The entries of one part.
std::vector<roll::Entry> roll_part(const eventstore::Records& log, const PollId& poll, std::uint32_t part);

// The entries whose pseudonyms begin with a text, in order; reads the parts that may have some.
std::vector<roll::Entry> roll_entries(const eventstore::Records& log, const PollId& poll,
                                      const poll::RollCompleted& roll, std::string_view prefix);

}  // namespace stimmbuch::runner
