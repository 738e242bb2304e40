#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string_view>

#include "quota.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/http/server/limits.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"

namespace stimmbuch::http {

// What all parts of one server share. Kept alive by whoever may still answer a request; the pool is used only
// while the server runs.
struct ServerState {
  ServerState(const ServerOptions& options, BlockingPool& blocking_pool)
      : limits(options.limits),
        on_fault(options.on_fault),
        pool(blocking_pool),
        connections(limits.connections, limits.connections_per_address),
        event_streams(limits.event_streams, limits.event_streams_per_address) {}

  const Limits limits;
  const std::function<void(std::string_view)> on_fault;
  BlockingPool& pool;
  Quota connections;
  Quota event_streams;
  std::atomic<std::size_t> requests_in_progress = 0;
  std::atomic<bool> draining = false;
  std::atomic<bool> stopping = false;
};

}  // namespace stimmbuch::http
