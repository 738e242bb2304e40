#include "contest_closer.hpp"

#include <chrono>

#include <pthread.h>

#include "engine_command.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::seconds interval{1};
constexpr std::size_t closed_at_once = 100;

}  // namespace

ContestCloser::ContestCloser(const projections::ViewStore& views, runner::Runner& runner,
                             const runner::Clock& clock, const crypto::Secret& idempotency)
    : views_(views), runner_(runner), clock_(clock), key_(idempotency), thread_([this] { run(); }) {}

ContestCloser::~ContestCloser() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ContestCloser::run() {
  pthread_setname_np(pthread_self(), "contest-closer");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
    lock.unlock();
    close_due();
    lock.lock();
  }
}

void ContestCloser::close_due() {
  close_listed<PollId>("polls", projections::due_prefix, poll::Command{poll::ClosePoll{}});
  close_listed<SurveyId>("surveys", projections::due_surveys_prefix, survey::Command{survey::CloseSurvey{}});
}

// What the list still shows although it was closed is a repeat, or is refused: either way nothing happens.
template <class AnyId>
void ContestCloser::close_listed(std::string_view projection, std::string_view prefix, const Command& close) {
  const auto due = views_.rows(projection, prefix, "", closed_at_once);
  if (!due) return;
  const codec::TimeText now(clock_.now());
  for (const auto& [key, name] : due->rows) {
    if (std::string_view(key) >= now.view()) break;
    const auto id = AnyId::parse(name);
    if (!id) continue;
    // A full queue is no trouble: the next look tries again.
    runner_.submit(engine_command(key_, *id, close, "close"), [](const runner::Outcome&) {});
  }
}

}  // namespace stimmbuch::program
