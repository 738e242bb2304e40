#pragma once

#include <expected>
#include <vector>

#include "access/api_client.hpp"
#include "audit/recount.hpp"

namespace stimmbuch::program {

// What an engine says of all its polls and surveys.
struct ServedFigures {
  std::vector<TallyClaim> tallies;
  std::vector<SurveyClaim> surveys;
  // Whose document does not add up or cannot be read.
  std::vector<PollId> malformed_tallies;
  std::vector<SurveyId> malformed_surveys;
};

std::expected<ServedFigures, Failure> read_served_figures(ApiClient& engine);

}  // namespace stimmbuch::program
