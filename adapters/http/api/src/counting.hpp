#pragma once

#include <expected>
#include <string_view>
#include <variant>

#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::projections {
class ViewStore;
class Worker;
}  // namespace stimmbuch::projections

namespace stimmbuch::http::api {

// Why the tally cannot be counted now.
enum class TallyTrouble {
  behind,       // it has not seen the poll's last ballot yet: ask again
  provisional,  // it lacks ballots of a stream that could not be folded
};

using CountTrouble = std::variant<Rejection, TallyTrouble>;

// Counts a closed poll as it stands: its state from its own records, its ballots from the tally, once that
// has seen the last of them. May wait for the disk and for the tally, at most a few seconds.
std::expected<poll::CountPoll, CountTrouble> count_command(const PollId& poll, const eventstore::Records& log,
                                                           const projections::ViewStore& views,
                                                           projections::Worker& worker,
                                                           std::string_view engine_version);

}  // namespace stimmbuch::http::api
