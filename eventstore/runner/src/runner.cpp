#include "stimmbuch/eventstore/runner/runner.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include "group.hpp"
#include "readable.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "streams.hpp"

namespace stimmbuch::runner {

namespace {

constexpr std::chrono::minutes clock_drift_max{1};

// How long a group is waited for at most.
constexpr std::chrono::steady_clock::duration patience_max = std::chrono::microseconds{500};

// Records of ballots bear a time that was rounded down, so the last one does not tell the latest time.
constexpr std::uint64_t records_with_latest_time = 10'000;

// The latest time of the last records, so that recorded time does not go back over a restart.
Time latest_time(const eventstore::Records& log) {
  Time latest{};
  const Position head = log.head();
  const Position before{number(head) - std::min(number(head), records_with_latest_time)};
  log.read(before, head, [&](Position position, std::string_view record) {
    latest = std::max(latest, readable(codec::read_envelope(record), position).time);
    return true;
  });
  return latest;
}

}  // namespace

class Runner::Writer {
 public:
  Writer(Parts parts, LedgerId ledger_id, RunnerOptions options)
      : parts_(std::move(parts)),
        options_(options),
        citizens_(options.known_citizens_max),
        streams_(parts_.ledger.synced(), citizens_, options.cached_streams_max),
        group_parts_{parts_.ledger.synced(), parts_.vault, streams_, parts_.random, ledger_id},
        time_(latest_time(parts_.ledger.synced())),
        wall_at_start_(parts_.clock.now()),
        steady_at_start_(parts_.clock.steady()),
        head_rises_(parts_.ledger.on_head([this](Position head) { answer_up_to(head); })),
        thread_([this] { run(); }) {}

  ~Writer() { stop(); }

  bool submit(Submission submission, Completion completion) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() + unanswered_commands_ >= options_.queue_max) return false;
    waiting_.push_back({std::move(submission), std::move(completion)});
    // In between the thread is awake, or waits for the whole group.
    if (waiting_.size() == 1 || waiting_.size() == expected_) arrived_.notify_one();
    return true;
  }

  bool between_groups(std::function<void()> work) {
    std::packaged_task<void()> task(std::move(work));
    auto done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      between_groups_.push_back(std::move(task));
    }
    arrived_.notify_one();
    done.get();
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    const std::lock_guard lock(join_mutex_);
    if (!thread_.joinable()) return;
    thread_.join();
    head_rises_ = {};
    for (Unanswered& group : unanswered_) {
      std::ranges::fill(group.outcomes, Outcome{Failure{Failure::Kind::outcome_unknown, {}}});
      answer(group);
    }
    unanswered_.clear();
  }

  std::optional<Failure::Kind> closed_gate() const {
    switch (parts_.gate.load(std::memory_order_acquire)) {
      case Gate::open:
        return std::nullopt;
      case Gate::no_broker:
        return Failure::Kind::no_broker;
      case Gate::no_leader:
        return Failure::Kind::no_leader;
    }
    return Failure::Kind::no_leader;
  }

  KnownCitizens& citizens() { return citizens_; }

  RunnerStatistics statistics() const {
    RunnerStatistics statistics;
    statistics.accepted = accepted_;
    statistics.replayed = replayed_;
    statistics.refused = refused_;
    statistics.failed = failed_;
    statistics.groups = groups_;
    statistics.cached_streams = cached_streams_;
    statistics.unanswered = unanswered_commands_;
    const std::lock_guard lock(mutex_);
    statistics.queued = waiting_.size();
    return statistics;
  }

 private:
  struct Waiting {
    Submission submission;
    Completion completion;
  };

  // The commands of a group and what came of them, told when the head is visible that they were decided on.
  struct Unanswered {
    Position head{};  // before_first: on nothing
    std::vector<Completion> completions;
    std::vector<Outcome> outcomes;
  };

  void run() {
    pthread_setname_np(pthread_self(), "writer");
    std::vector<Waiting> taken;
    std::vector<std::packaged_task<void()>> tasks;
    while (take(taken, tasks)) {
      for (auto& task : tasks) task();
      tasks.clear();
      for (std::size_t begin = 0; begin < taken.size(); begin += options_.group_commands_max) {
        const auto size = std::min(options_.group_commands_max, taken.size() - begin);
        process(std::span(taken).subspan(begin, size));
      }
      taken.clear();
    }
  }

  // Waits for commands and takes all that wait; false when there are none and there will be none. Those whom
  // the last group answered are on their way back with their next commands: as many are waited for, a part
  // of a sync long, since a sync for few costs what one for all does.
  bool take(std::vector<Waiting>& taken, std::vector<std::packaged_task<void()>>& tasks) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty() || !between_groups_.empty(); });
    arrived_.wait_for(lock, patience_, [this] {
      return stopping_ || waiting_.size() >= expected_ || !between_groups_.empty();
    });
    std::swap(taken, waiting_);
    std::swap(tasks, between_groups_);
    expected_ = taken.size();
    return !taken.empty() || !tasks.empty();
  }

  void process(std::span<Waiting> commands) {
    Unanswered group;
    group.completions.reserve(commands.size());
    group.outcomes.reserve(commands.size());
    if (const auto why = turned_away()) {
      group.outcomes.assign(commands.size(), Failure{*why, {}});
    } else {
      decide_and_write(commands, group.outcomes);
      if (!broken_) group.head = parts_.ledger.synced().head();
    }
    for (Waiting& command : commands) group.completions.push_back(std::move(command.completion));
    answer_when_visible(std::move(group));
  }

  // Why commands are not even decided, if they are not.
  std::optional<Failure::Kind> turned_away() const {
    if (broken_) return Failure::Kind::stopping;
    if (!clock_is_reliable()) return Failure::Kind::clock_unreliable;
    return closed_gate();
  }

  void answer_when_visible(Unanswered group) {
    {
      const std::lock_guard lock(unanswered_mutex_);
      if (group.head > parts_.ledger.head()) {
        unanswered_commands_ += group.outcomes.size();
        unanswered_.push_back(std::move(group));
        return;
      }
    }
    answer(group);
  }

  // Called as the visible head rises: where that is with the sync, before anything waits for it.
  void answer_up_to(Position head) {
    std::deque<Unanswered> answerable;
    {
      const std::lock_guard lock(unanswered_mutex_);
      while (!unanswered_.empty() && unanswered_.front().head <= head) {
        unanswered_commands_ -= unanswered_.front().outcomes.size();
        answerable.push_back(std::move(unanswered_.front()));
        unanswered_.pop_front();
      }
    }
    for (Unanswered& group : answerable) answer(group);
  }

  void answer(Unanswered& group) {
    for (std::size_t i = 0; i < group.outcomes.size(); ++i) {
      note(group.outcomes[i]);
      group.completions[i](std::move(group.outcomes[i]));
    }
  }

  void decide_and_write(std::span<const Waiting> commands, std::vector<Outcome>& outcomes) try {
    time_ = std::max(time_, parts_.clock.now());
    Group group(group_parts_, time_);
    for (const Waiting& command : commands) outcomes.push_back(group.decide(command.submission));
    const auto began = parts_.clock.steady();
    write(group, outcomes);
    patience_ = std::min(patience_max, (parts_.clock.steady() - began) / 2);
    streams_.end_group();
    cached_streams_ = streams_.size();
    ++groups_;
  } catch (const std::exception& error) {
    fail(error.what(), commands.size(), outcomes);
  }

  // The order matters: rows first, for a record must never point at a text that is not there; then the
  // records, and with them everything that the group decided.
  void write(const Group& group, std::vector<Outcome>& outcomes) {
    if (!group.writes()) return;
    if (!group.rows().empty()) parts_.vault.write(group.first(), group.rows());
    const auto records = group.records();
    const auto appended = parts_.ledger.append(records);
    if (appended) return;
    if (appended.error().kind == eventstore::AppendError::Kind::failed)
      throw std::runtime_error(appended.error().detail);
    // Nothing was written; refusals were decided on states that do not come to be, so nothing of the group
    // stands.
    streams_.forget();
    if (!group.rows().empty()) parts_.vault.recover(parts_.ledger.synced().head());
    std::ranges::fill(outcomes, Outcome{Failure{Failure::Kind::disk_nearly_full, {}}});
  }

  void fail(std::string_view why, std::size_t commands, std::vector<Outcome>& outcomes) {
    broken_ = true;
    outcomes.assign(commands, Failure{Failure::Kind::outcome_unknown, {}});
    parts_.on_failure(why);
  }

  bool clock_is_reliable() const {
    const auto wall = parts_.clock.now() - wall_at_start_;
    const auto steady = parts_.clock.steady() - steady_at_start_;
    const auto drift = std::chrono::duration_cast<std::chrono::seconds>(wall - steady);
    return std::chrono::abs(drift) <= clock_drift_max;
  }

  void note(const Outcome& outcome) {
    if (const auto* const accepted = std::get_if<Accepted>(&outcome)) {
      ++(accepted->replayed ? replayed_ : accepted_);
    } else if (std::holds_alternative<Rejection>(outcome)) {
      ++refused_;
    } else {
      ++failed_;
    }
  }

  Parts parts_;
  const RunnerOptions options_;

  KnownCitizens citizens_;

  // Owned by the writer thread.
  Streams streams_;
  const Group::Parts group_parts_;
  Time time_;  // of the last group
  const Time wall_at_start_;
  const std::chrono::steady_clock::time_point steady_at_start_;
  bool broken_ = false;
  std::chrono::steady_clock::duration patience_{};  // with the next group

  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> replayed_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> groups_ = 0;
  std::atomic<std::uint64_t> cached_streams_ = 0;

  std::mutex unanswered_mutex_;        // guards the next one
  std::deque<Unanswered> unanswered_;  // in the order of their heads
  std::atomic<std::size_t> unanswered_commands_ = 0;
  eventstore::Subscription head_rises_;

  mutable std::mutex mutex_;  // guards the four below
  std::vector<Waiting> waiting_;
  std::vector<std::packaged_task<void()>> between_groups_;
  std::size_t expected_ = 0;  // as many as the last group had
  bool stopping_ = false;
  std::condition_variable arrived_;

  std::mutex join_mutex_;
  std::thread thread_;  // last: it uses everything above
};

Runner::Runner(Parts parts, LedgerId ledger_id, RunnerOptions options)
    : writer_(std::make_unique<Writer>(std::move(parts), ledger_id, options)) {}

Runner::~Runner() = default;

bool Runner::submit(Submission submission, Completion completion) {
  return writer_->submit(std::move(submission), std::move(completion));
}

std::optional<Failure::Kind> Runner::closed_gate() const {
  return writer_->closed_gate();
}

KnownCitizens& Runner::citizens() {
  return writer_->citizens();
}

bool Runner::between_groups(std::function<void()> work) {
  return writer_->between_groups(std::move(work));
}

void Runner::stop() {
  writer_->stop();
}

RunnerStatistics Runner::statistics() const {
  return writer_->statistics();
}

Outcome submit_and_wait(Runner& runner, Submission submission) {
  std::promise<Outcome> outcome;
  auto waiting = outcome.get_future();
  const bool taken =
      runner.submit(std::move(submission), [&](Outcome result) { outcome.set_value(std::move(result)); });
  if (!taken) return Failure{Failure::Kind::stopping, {}};
  return waiting.get();
}

}  // namespace stimmbuch::runner
