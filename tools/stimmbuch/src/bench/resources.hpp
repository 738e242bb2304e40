#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <expected>
#include <filesystem>

#include "cli/failure.hpp"
#include "cli/signals.hpp"

// What work costs, for benchmarks.
namespace stimmbuch::program {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point begin_ = Clock::now();
};

// Processor time so far in microseconds, by a clock such as CLOCK_PROCESS_CPUTIME_ID.
double cpu_us(clockid_t clock);

// The most memory that this process has held.
std::uint64_t max_rss_bytes();

// What the stores of a data directory take on the disk.
struct DiskUse {
  std::uint64_t log = 0;
  std::uint64_t index = 0;
  std::uint64_t vault = 0;
  std::uint64_t views = 0;
};

// Waits until the engine's background work on its files has come to an end.
std::expected<DiskUse, Failure> disk_use_at_rest(const std::filesystem::path& data, Signals& signals);

}  // namespace stimmbuch::program
