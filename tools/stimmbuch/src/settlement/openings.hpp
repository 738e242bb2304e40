#pragma once

#include <functional>
#include <span>
#include <vector>

#include "stimmbuch/domain/opening.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::program {

// Takes the openings of one part; false ends the work.
using OpeningPart = std::function<bool(std::vector<opening::Opening> openings)>;

// Opens the ballots that stand at these positions, in order, from a sealed poll that is closed. The same
// whenever and wherever it is done. False if it was ended early. Throws std::runtime_error for a record that
// cannot be read.
bool open_ballots(const eventstore::Records& log, const LedgerId& ledger, const PollId& id,
                  const poll::State& poll, const crypto::Mac& sealing, std::span<const Position> standing,
                  const OpeningPart& part);

}  // namespace stimmbuch::program
