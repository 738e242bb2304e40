#include "bench/submission_flow.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <pthread.h>

#include "bench/resources.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::microseconds between_looks{100};

std::string words_of(const runner::Outcome& outcome) {
  if (const auto* const rejection = std::get_if<Rejection>(&outcome))
    return fmt::format("a command was refused: {}", text_of(rejection->refusal).code);
  if (std::holds_alternative<runner::Accepted>(outcome)) return "a command was answered as a replay";
  return "a command could not be written";
}

}  // namespace

void SubmissionFlow::submit(runner::Submission submission) {
  if (sent_ - answered_.load() >= in_flight_max_) await(sent_ - in_flight_max_ / 2);
  if (runner_.submit(std::move(submission), [this](const runner::Outcome& outcome) { take(outcome); })) {
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

void SubmissionFlow::take(const runner::Outcome& outcome) {
  if (answered_.load() == 0) {
    pthread_getcpuclockid(pthread_self(), &writer_clock_);
    writer_cpu_at_first_us_ = cpu_us(writer_clock_);
  }
  const auto* const accepted = std::get_if<runner::Accepted>(&outcome);
  if ((accepted == nullptr || accepted->replayed) && !failure_)
    failure_ = Failure{ExitCode::failed, words_of(outcome)};
  ++answered_;
}

// Looks now and then: being woken would cost the writer a system call.
void SubmissionFlow::await(std::uint64_t answers) const {
  while (answered_.load() < answers) std::this_thread::sleep_for(between_looks);
}

}  // namespace stimmbuch::program
