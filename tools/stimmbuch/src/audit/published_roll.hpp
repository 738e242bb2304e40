#pragma once

#include <expected>
#include <vector>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"
#include "export/log_export.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/roll.hpp"

namespace stimmbuch::program {

struct PublishedRoll {
  poll::RollCompleted totals;
  std::vector<roll::Entry> entries;  // in the order of the roll
};

// The roll of a poll from the files of a log, which are taken as they are: `audit verify` checks them. A
// signal ends it.
std::expected<PublishedRoll, Failure> read_roll(const FetchLogFile& fetch, const PollId& poll,
                                                Console& console, Signals& signals);

}  // namespace stimmbuch::program
