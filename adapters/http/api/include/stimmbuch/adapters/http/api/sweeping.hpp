#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace stimmbuch::http::api {

// What the operator may ask of the work that destroys what is due.
enum class SweepOrder {
  sweep,         // now, and not at night
  prepare_keys,  // put new wrapping keys beside the present ones, for other nodes to get them
  rotate,        // sweep, and seal everything under new wrapping keys
};

struct SweepAnswer {
  std::uint64_t people = 0;
  std::uint64_t texts = 0;
  std::uint64_t secrets = 0;
  std::uint64_t released = 0;  // identities whose person may register again
  std::uint64_t waiting = 0;   // deleted, and not over before the keys are rotated
  bool rotated = false;
  std::string backup;   // the directory of one that the rotation made; empty: none
  std::string trouble;  // why it could not be done; empty: it was
};

// Asks for it; the answer comes on another thread, or never if the engine stops.
using AskForSweep = std::function<void(SweepOrder, std::function<void(const SweepAnswer&)>)>;

// What waits for its destruction.
struct PendingErasures {
  std::uint64_t waiting = 0;
  std::uint64_t overdue = 0;  // for longer than the law gives
};

}  // namespace stimmbuch::http::api
