#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "erasure/sweep.hpp"

namespace stimmbuch::program {

// Sweeps once a night, and when it is asked to. At a start it goes on with what was cut short, and does what
// an engine that stood still at night did not. One thread of its own; what fails is logged, and tried again
// within an hour.
class Sweeper {
 public:
  enum class Schedule { nightly, on_demand };
  using Outcome = std::expected<SweepReport, std::string>;  // or why it could not be done

  // `at`: the time of day, UTC.
  Sweeper(Sweep::Parts parts, Schedule schedule, std::chrono::minutes at);
  ~Sweeper();

  using Done = std::function<void(const Outcome&)>;

  // Any thread. `done` is told on the sweeper's, or at once if too many wait; not if the engine stops before.
  void sweep_now(Done done) { add({.done = std::move(done)}); }
  // Rotates the wrapping keys even if nothing is due.
  void rotate_now(Done done) { add({.rotate = true, .done = std::move(done)}); }
  // Puts new keys beside the present ones in the key file, for other nodes to get them first.
  void prepare_now(Done done) { add({.only_prepare = true, .done = std::move(done)}); }

  // Begins nothing any more, and goes no further than the step that it is at.
  void request_stop() { thread_.request_stop(); }

  // What waits for its destruction, for metrics. Any thread; reads the vault.
  struct Pending {
    std::uint64_t waiting = 0;
    std::uint64_t overdue = 0;  // for longer than the law gives
  };
  Pending pending() const;

 private:
  struct Task {
    bool rotate = false;
    bool only_prepare = false;
    Done done = {};
  };

  void add(Task task);
  void run(const std::stop_token& stop);
  bool has_missed_a_night() const;
  Outcome attempt(const Task& task, const std::stop_token& stop);
  Time next_night(Time now) const;

  const Schedule schedule_;
  const std::chrono::minutes at_;
  const vault::RocksVault& vault_;
  const runner::Clock& clock_;
  Sweep sweep_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Task> tasks_;  // guarded by mutex_
  std::jthread thread_;     // last: it uses all of the above
};

}  // namespace stimmbuch::program
