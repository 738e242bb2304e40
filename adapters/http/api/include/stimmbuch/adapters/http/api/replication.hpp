#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::http::api {

// How this node stands to the others of its ledger: for health, metrics and the operator.
struct Replication {
  enum class Role {
    alone,     // nothing is published
    leader,    // takes commands and publishes
    follower,  // keeps up with the topic
    reader,    // only looks at what is on the disk
  };
  Role role = Role::alone;
  bool connected = false;  // to a broker
  std::string trouble;     // why not, or the last one

  // Commands are answered when the broker has them; of a follower: would be, if it led.
  bool replicated = false;

  // Of a leader.
  bool takes_commands = true;  // or refuses them, since the broker cannot commit or another node leads
  Position published{};
  std::uint64_t backlog = 0;  // records that the broker does not have yet
  std::chrono::seconds backlog_age{};
  std::uint64_t transactions = 0;
  std::uint64_t aborted = 0;

  // Of a follower.
  bool has_caught_up = false;
  std::chrono::seconds behind{};  // since it stood at the topic's end
  std::string not_promotable;     // why it could not become the leader; empty: it could
};

}  // namespace stimmbuch::http::api
