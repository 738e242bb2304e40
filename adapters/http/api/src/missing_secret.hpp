#pragma once

#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::http::api {

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
