#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "bench/bench_poll.hpp"
#include "bench/resources.hpp"
#include "bench/submission_flow.hpp"
#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "engine.hpp"

namespace stimmbuch::program {

// Votes through the whole engine inside one process: made into submissions, decided, appended with a sync,
// folded into views. Citizens register before; between both the engine starts anew and learns who they are,
// as in its first seconds on the day of a vote. One thread.
class AppendBench {
 public:
  struct Plan {
    std::uint64_t votes = 0;
    BenchPoll::Voters voters = BenchPoll::Voters::citizens;
    std::uint64_t in_flight = 0;
  };

  AppendBench(Console& console, Signals& signals, std::filesystem::path data, const Plan& plan)
      : console_(console), signals_(signals), data_(std::move(data)), plan_(plan) {}

  // The members of the summary.
  std::expected<Json, Failure> run();

 private:
  std::expected<DiskUse, Failure> rest();
  template <class Make>
  std::expected<void, Failure> submit_all(SubmissionFlow& flow, std::string what, Make&& make);
  std::expected<void, Failure> register_citizens(Engine& engine);
  std::expected<double, Failure> wait_for_citizens(runner::Runner& runner);
  std::expected<Json, Failure> vote(Engine& engine);

  Console& console_;
  Signals& signals_;
  const std::filesystem::path data_;
  const Plan plan_;
};

}  // namespace stimmbuch::program
