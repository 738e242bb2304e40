#pragma once

#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::http::api {

using runner::read_state;

// Why a poll has no secret: there never was one, or it was destroyed. Reads from disk.
inline stimmbuch::Refusal why_no_secret(const eventstore::Records& log, const PollId& poll) {
  bool is_known = false;
  log.read_stream(subject(poll), [&](Position, std::string_view) {
    is_known = true;
    return false;
  });
  return is_known ? stimmbuch::Refusal::secret_destroyed : stimmbuch::Refusal::poll_unknown;
}

}  // namespace stimmbuch::http::api
