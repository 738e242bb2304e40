#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <utility>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"
#include "engine.hpp"

namespace stimmbuch::program {

// What the rows of a large survey cost who exports them: everybody answers inside one process, with words and
// a place; then an engine in a process of its own sends all rows in each format.
class SurveyBench {
 public:
  SurveyBench(Console& console, Signals& signals, std::filesystem::path data, std::uint64_t answers)
      : console_(console), signals_(signals), data_(std::move(data)), answers_(answers) {}

  std::expected<Json, Failure> run();

 private:
  std::expected<void, Failure> open_survey(Engine& engine);
  std::expected<void, Failure> answer(Engine& engine);
  std::expected<Json, Failure> export_rows();

  Console& console_;
  Signals& signals_;
  const std::filesystem::path data_;
  const std::uint64_t answers_;
};

}  // namespace stimmbuch::program
