#pragma once

#include <algorithm>
#include <variant>

#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::http::api {

// Why a contest has no secret: there never was one, or it was destroyed. Reads from disk.
inline stimmbuch::Refusal why_no_secret(const eventstore::Records& log, const ContestId& contest) {
  using stimmbuch::Refusal;
  if (const auto* const poll = std::get_if<PollId>(&contest)) {
    bool is_known = false;
    log.read_stream(subject(*poll), [&](Position, std::string_view) {
      is_known = true;
      return false;
    });
    return is_known ? Refusal::secret_destroyed : Refusal::poll_unknown;
  }
  if (const auto* const survey = std::get_if<SurveyId>(&contest)) {
    const auto state = runner::read_state<survey::State>(log, *survey);
    return state.status == survey::Status::unknown ? Refusal::survey_unknown : Refusal::secret_destroyed;
  }
  const auto& opinions = std::get<OpinionsId>(contest);
  const auto project = runner::read_state<project::State>(log, opinions.project);
  const auto* const phase = project.phase(opinions.phase);
  if (!phase) return Refusal::phase_unknown;
  return phase->collects(opinions.kind) ? Refusal::secret_destroyed : Refusal::feature_off;
}

}  // namespace stimmbuch::http::api
