#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document_cache.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "view_database.hpp"

namespace stimmbuch::projections {

// What readers see of a projection. Written by the worker's thread.
struct LiveProjection {
  const Projection& projection;
  std::atomic<std::uint32_t> generation{0};  // 0: none, it is being built
  std::atomic<Position> position{};          // set behind the commit of what it stands for
};

struct ViewStore::Parts {
  std::unique_ptr<ViewDatabase> database;
  mutable DocumentCache cache;
  std::deque<LiveProjection> live;  // one for each projection, in their order

  LiveProjection& of(std::string_view projection);
};

// The key of a document in the cache.
std::string cache_key(std::string_view projection, std::uint32_t generation, std::string_view id);

}  // namespace stimmbuch::projections
