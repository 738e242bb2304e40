#include "bench/submission_flow.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>
#include <pthread.h>

#include "bench/resources.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch::program {

namespace {

std::string words_of(const runner::Outcome& outcome) {
  if (const auto* const rejection = std::get_if<Rejection>(&outcome))
    return fmt::format("a command was refused: {}", text_of(rejection->refusal).code);
  if (std::holds_alternative<runner::Accepted>(outcome)) return "a command was answered as a replay";
  return "a command could not be written";
}

}  // namespace

void SubmissionFlow::submit(runner::Submission submission) {
  if (sent_ - answered_.load() >= in_flight_max_) await(sent_ - in_flight_max_ / 2);
  const auto now = Clock::now();
  if (runner_.submit(std::move(submission),
                     [this, now](const runner::Outcome& outcome) { take(outcome, now); })) {
    ++sent_;
  } else {
    turned_away_ = true;
  }
}

std::expected<void, Failure> SubmissionFlow::finish() {
  await(sent_);
  writer_cpu_us_ = cpu_us(writer_clock_) - writer_cpu_at_first_us_;
  if (failure_) return std::unexpected(*failure_);
  if (turned_away_) return failed(ExitCode::failed, "the writer took no more commands");
  return {};
}

void SubmissionFlow::take(const runner::Outcome& outcome, Clock::time_point submitted) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (latencies_us_.empty()) {
    pthread_getcpuclockid(pthread_self(), &writer_clock_);
    writer_cpu_at_first_us_ = cpu_us(writer_clock_);
  }
  latencies_us_.push_back(std::chrono::duration<float, std::micro>(now - submitted).count());
  const auto* const accepted = std::get_if<runner::Accepted>(&outcome);
  if ((accepted == nullptr || accepted->replayed) && !failure_)
    failure_ = Failure{ExitCode::failed, words_of(outcome)};
  // Woken once, and not for each answer: that would cost the writer a system call each.
  if (++answered_ == awaited_) reached_.notify_one();
}

void SubmissionFlow::await(std::uint64_t answers) {
  std::unique_lock lock(mutex_);
  awaited_ = answers;
  reached_.wait(lock, [&] { return answered_.load() >= answers; });
}

}  // namespace stimmbuch::program
