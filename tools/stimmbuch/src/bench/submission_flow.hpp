#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <expected>
#include <mutex>
#include <optional>
#include <vector>

#include "bench/latencies.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::program {

// Hands commands to the writer, at most so many at a time, and holds it to accepting each as a new one. Used
// by one thread; answers come on the writer's, or on the publisher's.
class SubmissionFlow {
 public:
  // `in_flight_max`: no more than the runner's queue takes.
  SubmissionFlow(runner::Runner& runner, std::uint64_t in_flight_max)
      : runner_(runner), in_flight_max_(in_flight_max) {}
  ~SubmissionFlow() { await(sent_); }
  SubmissionFlow(const SubmissionFlow&) = delete;
  SubmissionFlow& operator=(const SubmissionFlow&) = delete;

  // Waits for a place if there is none.
  void submit(runner::Submission submission);
  // Waits for all answers; the first that was none of a new command.
  std::expected<void, Failure> finish();

  std::uint64_t answered() const { return answered_.load(); }
  // Of all answers, from handing the command over. Behind finish(), which had at least one.
  Latencies latencies() const { return latencies_of(latencies_us_); }
  // Processor time that the thread which answers has used since the first answer, in microseconds. Behind
  // finish().
  double writer_cpu_us() const { return writer_cpu_us_; }

 private:
  using Clock = std::chrono::steady_clock;

  void take(const runner::Outcome& outcome, Clock::time_point submitted);
  void await(std::uint64_t answers);

  runner::Runner& runner_;
  const std::uint64_t in_flight_max_;
  std::uint64_t sent_ = 0;
  bool turned_away_ = false;
  double writer_cpu_us_ = 0;

  std::atomic<std::uint64_t> answered_ = 0;  // written with the mutex held

  std::mutex mutex_;  // guards the rest
  std::uint64_t awaited_ = 0;
  std::condition_variable reached_;  // by the answers: what is awaited
  std::vector<float> latencies_us_;
  std::optional<Failure> failure_;  // the first one
  clockid_t writer_clock_ = CLOCK_THREAD_CPUTIME_ID;
  double writer_cpu_at_first_us_ = 0;
};

}  // namespace stimmbuch::program
