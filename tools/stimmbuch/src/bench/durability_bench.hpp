#pragma once

#include <chrono>
#include <expected>
#include <filesystem>

#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"

namespace stimmbuch::program {

struct DurabilityPlan {
  std::filesystem::path directory;  // where the ledgers are made
  kafka::Settings kafka;
  std::chrono::seconds time;  // of each measurement
};

// Imported votes through the whole engine inside one process, which publishes them: answered when they are
// synced, and answered when the brokers have committed them, with one and with many waiting for their answer.
// The members of the summary.
std::expected<Json, Failure> bench_durability(Console& console, Signals& signals, const DurabilityPlan& plan);

}  // namespace stimmbuch::program
