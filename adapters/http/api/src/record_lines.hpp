#pragma once

#include <cstddef>
#include <string>

#include "stimmbuch/adapters/http/server/response.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::http::api {

// The records behind `after` up to `up_to`, each followed by a line feed, as pieces of at most about 256 KiB.
// The ledger must outlive the source.
ChunkSource record_lines(const eventstore::Records& log, Position after, Position up_to);

}  // namespace stimmbuch::http::api
