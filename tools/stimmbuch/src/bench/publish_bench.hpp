#pragma once

#include <expected>
#include <filesystem>

#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"

namespace stimmbuch::program {

// Publishes the ledger of a data directory that nobody serves, with the publisher of the engine, and then
// takes it from the topic into a new ledger, with the follower of the engine; the members of the summary. The
// topic is left.
class PublishBench {
 public:
  PublishBench(Console& console, Signals& signals, std::filesystem::path data, kafka::Settings kafka)
      : console_(console), signals_(signals), data_(std::move(data)), kafka_(std::move(kafka)) {}

  std::expected<Json, Failure> run();

 private:
  std::expected<Json, Failure> publish();
  std::expected<Json, Failure> follow();

  Console& console_;
  Signals& signals_;
  const std::filesystem::path data_;
  const kafka::Settings kafka_;
};

}  // namespace stimmbuch::program
