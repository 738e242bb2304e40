#include "bench/durability_bench.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "bench/ballot_desk.hpp"
#include "bench/bench_engine.hpp"
#include "bench/resources.hpp"
#include "bench/submission_flow.hpp"

namespace stimmbuch::program {

namespace {

using kafka::Durability;

constexpr std::array<std::uint64_t, 3> waiting{1, 64, 4'096};

struct Voted {
  std::uint64_t votes = 0;
  double seconds = 0;
  Latencies latencies;
};

class DurabilityBench {
 public:
  DurabilityBench(Console& console, Signals& signals, const DurabilityPlan& plan)
      : console_(console), signals_(signals), plan_(plan) {}

  // Adds members to the summary.
  std::expected<void, Failure> measure(Durability durability, Json& summary);

 private:
  std::expected<Voted, Failure> vote(const Engine::Intake& intake, const BallotDesk& desk,
                                     std::uint64_t first_voter, std::uint64_t in_flight, std::string what);

  Console& console_;
  Signals& signals_;
  const DurabilityPlan& plan_;
};

std::expected<Voted, Failure> DurabilityBench::vote(const Engine::Intake& intake, const BallotDesk& desk,
                                                    std::uint64_t first_voter, std::uint64_t in_flight,
                                                    std::string what) {
  Meter meter = console_.meter(std::move(what), std::nullopt);
  SubmissionFlow flow(intake.runner, in_flight);
  Voted voted;
  const Stopwatch time;
  while (time.seconds() < static_cast<double>(plan_.time.count())) {
    flow.submit(desk.ballot(first_voter + voted.votes++));
    meter.update(flow.answered());
    if (const auto signal = signals_.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  if (auto finished = flow.finish(); !finished) return std::unexpected(std::move(finished.error()));
  voted.seconds = time.seconds();
  voted.latencies = flow.latencies();
  meter.finish(flow.answered());
  return voted;
}

std::expected<void, Failure> DurabilityBench::measure(Durability durability, Json& summary) {
  const std::string name(name_of(durability));
  auto options = bench_engine_options(plan_.directory / name);
  options.kafka = plan_.kafka;
  options.durability = durability;
  const auto engine = start_bench_engine(options);
  if (!engine) return std::unexpected(engine.error());
  ApiClient admin(operator_url(options.data), {});
  auto poll = BenchPoll::open({.host = "127.0.0.1", .port = (*engine)->port().value()}, admin,
                              BenchPoll::Voters::imported);
  if (!poll) return std::unexpected(std::move(poll.error()));
  const auto intake = (*engine)->intake();
  const BallotDesk desk(intake, poll->id(), BenchPoll::Voters::imported);
  std::uint64_t votes = 0;
  for (const auto in_flight : waiting) {
    const auto voted =
        vote(intake, desk, votes, in_flight, fmt::format("votes, {}, {} waiting", name, in_flight));
    if (!voted) return std::unexpected(voted.error());
    votes += voted->votes;
    const auto add = [&](std::string_view figure, double value) {
      summary[fmt::format("{}_{}_{}", name, in_flight, figure)] = value;
    };
    add("votes_per_second", static_cast<double>(voted->votes) / voted->seconds);
    add("p50_ms", voted->latencies.p50_ms);
    add("p99_ms", voted->latencies.p99_ms);
  }
  const auto tally = poll->close();
  if (!tally) return std::unexpected(tally.error());
  return check_bench_tally(*tally, votes);
}

}  // namespace

std::expected<Json, Failure> bench_durability(Console& console, Signals& signals,
                                              const DurabilityPlan& plan) {
  Json summary = {{"bench", "durability"}, {"seconds_each", plan.time.count()}};
  DurabilityBench bench(console, signals, plan);
  for (const auto durability : {Durability::local, Durability::replicated}) {
    if (auto measured = bench.measure(durability, summary); !measured)
      return std::unexpected(std::move(measured.error()));
  }
  return summary;
}

}  // namespace stimmbuch::program
