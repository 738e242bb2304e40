#include "poll_closer.hpp"

#include <chrono>

#include <pthread.h>

#include "engine_command.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/projections/folds/polls.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::seconds interval{1};
constexpr std::size_t polls_at_once = 100;

}  // namespace

PollCloser::PollCloser(const projections::ViewStore& views, runner::Runner& runner,
                       const runner::Clock& clock, const crypto::Secret& idempotency)
    : views_(views), runner_(runner), clock_(clock), key_(idempotency), thread_([this] { run(); }) {}

PollCloser::~PollCloser() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PollCloser::run() {
  pthread_setname_np(pthread_self(), "poll-closer");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
    lock.unlock();
    close_due();
    lock.lock();
  }
}

// A poll that the list still shows although it was closed is a repeat, or is refused: either way nothing
// happens.
void PollCloser::close_due() {
  const auto due = views_.rows("polls", projections::due_prefix, "", polls_at_once);
  if (!due) return;
  const codec::TimeText now(clock_.now());
  for (const auto& [key, id] : due->rows) {
    if (std::string_view(key) >= now.view()) break;
    const auto poll = PollId::parse(id);
    if (!poll) continue;
    // A full queue is no trouble: the next look tries again.
    runner_.submit(engine_command(key_, *poll, poll::Command{poll::ClosePoll{}}, "close"),
                   [](const runner::Outcome&) {});
  }
}

}  // namespace stimmbuch::program
