#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::kafka {

// How to reach the cluster.
struct Settings {
  // host:port,… of some of its brokers.
  std::string brokers;

  // Properties of librdkafka that are handed on as they are, for TLS, SASL and tuning; what correctness hangs
  // on cannot be set (see is_reserved).
  std::map<std::string, std::string, std::less<>> properties;

  // Takes messages for the operator, on any thread.
  std::function<void(std::string_view message)> log = [](std::string_view) {};
};

// Whether a property of librdkafka is the engine's to set.
bool is_reserved(std::string_view property);

// The topics of a ledger, each of one partition.
struct Topics {
  std::string events;       // the records
  std::string checkpoints;  // signed checkpoints
  std::string vault;        // wrapped rows, compacted
};

Topics topics_of(const LedgerId& ledger);

// The ledger whose topic of events has this name; nothing if it is no such name.
std::optional<LedgerId> ledger_of_events_topic(std::string_view topic);

}  // namespace stimmbuch::kafka
