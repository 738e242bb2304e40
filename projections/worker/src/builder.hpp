#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lockstep.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::projections {

// A generation to be built, as the store knows it.
struct BuildStep {
  const Projection* projection;
  Generation generation;
  GenerationRow row;
};

// Generations of one position, built together.
struct Build {
  std::vector<BuildStep> steps;
  bool holds_back = true;  // at the share of rebuilds
  OnProgress on_progress;
  // Told, on the building thread, how it ended.
  std::move_only_function<void(bool taken_over)> on_taken_over;
  std::move_only_function<void(std::optional<Verification>)> on_verified;

  bool is_trial() const { return steps.front().row.trial; }
};

// What a build has come to, near to the live projections: the worker brings both to one position.
struct Arrival {
  Lockstep& lockstep;
  bool trial;
  ViewDatabase::Snapshot snapshot;  // of a trial: both at one position
};

// The second thread: folds new generations up to near the head, one build after the other, and hands them
// over.
class Builder {
 public:
  struct Parts {
    eventstore::Ledger& ledger;
    ViewDatabase& database;
    WorkerOptions options;
    // Hands over to the worker's thread and waits until that is done; false if the worker has stopped.
    std::function<bool(Arrival&)> hand_over;
    std::function<void(const Lockstep&)> on_commit;
    std::function<void(std::string_view why)> on_failure;
  };

  explicit Builder(Parts parts);
  ~Builder() { stop(); }

  void submit(Build build);
  void stop();

 private:
  void run();
  std::optional<Build> next();
  void work(Build& build);
  // Near to the head; false if it was stopped before.
  bool bring_near(Build& build, Lockstep& lockstep);
  Verification compare(const Arrival& arrival) const;
  void pause(std::chrono::steady_clock::duration busy);
  bool stopping();

  Parts parts_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Build> builds_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace stimmbuch::projections
