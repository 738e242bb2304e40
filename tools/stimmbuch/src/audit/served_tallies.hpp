#pragma once

#include <expected>
#include <vector>

#include "access/api_client.hpp"
#include "audit/recount.hpp"

namespace stimmbuch::program {

// What an engine says of all its polls.
struct ServedTallies {
  std::vector<TallyClaim> tallies;
  std::vector<PollId> malformed;  // whose tally does not add up or cannot be read
};

std::expected<ServedTallies, Failure> read_served_tallies(ApiClient& engine);

}  // namespace stimmbuch::program
