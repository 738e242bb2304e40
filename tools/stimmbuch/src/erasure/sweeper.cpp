#include "erasure/sweeper.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

// The clock may be set; a night is not slept through for that.
constexpr std::chrono::steady_clock::duration look_interval = 1min;
constexpr auto retry_pause = 1h;
constexpr std::size_t tasks_max = 8;

void log(const SweepReport& report) {
  if (report.interrupted) return spdlog::info("the sweep was cut short and goes on at the next start");
  if (report.rotated && report.backup.empty()) {
    spdlog::warn(
        "the wrapping keys are new, and no older backup opens any more: run `stimmbuch backup`, or set "
        "rotation_backup");
  } else if (report.rotated) {
    spdlog::info("the wrapping keys are new, and no older backup opens any more, but {}",
                 report.backup.string());
  }
  if (report.people + report.texts + report.secrets + report.released + report.waiting == 0) return;
  spdlog::info("swept: {} people, {} texts and {} secrets destroyed, {} identities released", report.people,
               report.texts, report.secrets, report.released);
  if (report.waiting > 0)
    spdlog::warn("{} destructions wait for new wrapping keys: run `stimmbuch vault rotate`", report.waiting);
}

}  // namespace

Sweeper::Sweeper(Sweep::Parts parts, Schedule schedule, std::chrono::minutes at)
    : schedule_(schedule),
      at_(at),
      vault_(parts.vault),
      clock_(parts.clock),
      sweep_(std::move(parts)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Sweeper::~Sweeper() = default;

void Sweeper::add(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() < tasks_max) {
      tasks_.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  task.done(std::unexpected("enough sweeps wait already"));
}

Time Sweeper::next_night(Time now) const {
  const auto today = std::chrono::floor<std::chrono::days>(now) + at_;
  return today > now ? today : today + std::chrono::days{1};
}

bool Sweeper::has_missed_a_night() const {
  return sweep_.is_rotating() || !sweep_.due(next_night(clock_.now()) - std::chrono::days{1}).empty();
}

Sweeper::Outcome Sweeper::attempt(const Task& task, const std::stop_token& stop) try {
  SweepReport report;
  if (task.only_prepare) {
    sweep_.prepare_keys();
  } else {
    report = sweep_.run(clock_.now(), task.rotate, stop);
  }
  log(report);
  return report;
} catch (const std::exception& error) {
  spdlog::error("the sweep could not be done: {}", error.what());
  return std::unexpected(error.what());
}

void Sweeper::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "sweeper");
  const bool nightly = schedule_ == Schedule::nightly;
  Time next = next_night(clock_.now());
  try {
    if (nightly && has_missed_a_night()) next = clock_.now();
  } catch (const std::exception& error) {
    spdlog::error("what is to be destroyed cannot be told: {}", error.what());
  }
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    const auto until_next = std::max(next - clock_.now(), std::chrono::microseconds{0});
    wake_.wait_for(
        lock, stop,
        nightly ? std::min<std::chrono::steady_clock::duration>(until_next, look_interval) : look_interval,
        [this] { return !tasks_.empty(); });
    if (stop.stop_requested()) return;
    if (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task.done(attempt(task, stop));
    } else if (nightly && clock_.now() >= next) {
      lock.unlock();
      const bool done = attempt({}, stop).has_value();
      next = next_night(clock_.now());
      if (!done) next = std::min<Time>(next, clock_.now() + retry_pause);
    }
  }
}

Sweeper::Pending Sweeper::pending() const {
  Pending pending;
  const codec::TimeText latest(clock_.now() - destruction_patience);
  vault_.each_secret(vault::erasing_prefix, [&](std::string_view, std::string_view time) {
    ++pending.waiting;
    if (time < latest.view()) ++pending.overdue;
  });
  return pending;
}

}  // namespace stimmbuch::program
