#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/clock.hpp"
#include "stimmbuch/eventstore/runner/gate.hpp"
#include "stimmbuch/eventstore/runner/known_citizens.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::runner {

// Fills the bytes with unpredictable ones.
using Random = std::function<void(std::span<std::byte>)>;

// Told, on the writer thread, why the runner stopped for good; the program should end.
using OnFailure = std::function<void(std::string_view why)>;

struct RunnerOptions {
  std::size_t queue_max = 8192;           // commands that wait for the writer or for their answer; more are
                                          // turned away
  std::size_t group_commands_max = 1024;  // commands of one sync
  std::size_t cached_streams_max = 100'000;
  std::size_t known_citizens_max = 2'000'000;  // 25 to 50 bytes each
};

// Counts since start, for metrics.
struct RunnerStatistics {
  std::uint64_t accepted = 0;
  std::uint64_t replayed = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t groups = 0;
  std::uint64_t queued = 0;      // now, as are the next two
  std::uint64_t unanswered = 0;  // written, but not visible yet
  std::uint64_t cached_streams = 0;
};

// The one writer. Its thread takes what waits as a group, decides each command on the state behind the one
// before it, and appends the group with one sync; while that sync runs, the next group gathers. Answers come
// when the state they were decided on is visible, so that nobody hears of what could still be lost, refusals
// and replays included; the writer does not wait for that.
//
// The parts must outlive the runner. `submit` may be called by any thread; completions run on the writer
// thread, or on that which raises the visible head, and must be quick and must not throw.
class Runner {
 public:
  using Completion = std::move_only_function<void(Outcome)>;

  struct Parts {
    eventstore::Ledger& ledger;
    Vault& vault;
    const Clock& clock;
    Random random;
    OnFailure on_failure;
    const std::atomic<Gate>& gate;  // looked at before a group is decided
  };

  // `ledger_id` stands in every record as its source.
  Runner(Parts parts, LedgerId ledger_id, RunnerOptions options = {});
  // Ends as `stop` does.
  ~Runner();

  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Hands a command over. False if the queue is full or the runner has stopped: then the completion is
  // dropped without a call and nothing was written.
  bool submit(Submission submission, Completion completion);

  // Does work on the writer thread between two groups, while vault and ledger stand at the same record, and
  // waits for it; commands wait meanwhile. False if the runner has stopped, and nothing was done. What the
  // work throws is thrown here.
  bool between_groups(std::function<void()> work);

  // Decides what waits, answers it, and ends the thread. What is not visible by then is answered as unknown.
  // Idempotent.
  void stop();

  // Why commands are turned away as the gate is now; nothing while it is open.
  std::optional<Failure::Kind> closed_gate() const;

  // What the writer knows of citizens. Telling it of them spares it their streams.
  KnownCitizens& citizens();

  RunnerStatistics statistics() const;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

// Submits and waits for the outcome; Failure::stopping if the queue was full. For programs, not for event
// loops.
Outcome submit_and_wait(Runner& runner, Submission submission);

}  // namespace stimmbuch::runner
