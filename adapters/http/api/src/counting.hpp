#pragma once

#include <expected>

#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::projections {
class Projections;
}

namespace stimmbuch::http::api {

// Counts a closed poll as it stands: its state from its own records, its ballots from the tally, once that has seen the
// last of them. May wait for the disk and for the tally, at most a few seconds.
std::expected<poll::CountPoll, Rejection> count_command(const PollId& poll, const eventstore::Ledger& log,
                                                        projections::Projections& projections);

}  // namespace stimmbuch::http::api
