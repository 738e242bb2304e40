#include "bench/append_bench.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "bench/ballot_desk.hpp"
#include "bench/bench_engine.hpp"
#include "engine_command.hpp"
#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t votes_between_looks = 1'024;
constexpr double citizens_patience_s = 120;

}  // namespace

// What is on the disk when nothing happens any more: a start brings what only the write-ahead log had into
// files.
std::expected<DiskUse, Failure> AppendBench::rest() {
  const auto engine = start_bench_engine(bench_engine_options(data_));
  if (!engine) return std::unexpected(engine.error());
  return disk_use_at_rest(data_, signals_);
}

template <class Make>
std::expected<void, Failure> AppendBench::submit_all(SubmissionFlow& flow, std::string what, Make&& make) {
  Meter meter = console_.meter(std::move(what), plan_.votes);
  for (std::uint64_t i = 0; i < plan_.votes; ++i) {
    flow.submit(make(i));
    if (i % votes_between_looks != 0) continue;
    meter.update(flow.answered());
    if (const auto signal = signals_.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  auto finished = flow.finish();
  meter.finish(flow.answered());
  return finished;
}

std::expected<void, Failure> AppendBench::register_citizens(Engine& engine) {
  const auto intake = engine.intake();
  const crypto::Mac idempotency(intake.secrets.idempotency);
  const crypto::Mac derivation(intake.secrets.derivation);
  const crypto::Mac subject(intake.secrets.subject);
  SubmissionFlow flow(intake.runner, plan_.in_flight);
  return submit_all(flow, "citizens", [&](std::uint64_t number) {
    const CitizenId id = bench_citizen_id(derivation, number);
    auto result = submission_of(idempotency, id, id, fmt::format("bench-citizen-{:012}", number),
                                citizen::Command{citizen::RegisterCitizen{}});
    result.identity_row =
        vault::identity_row_name(subject, identity::local_issuer, fmt::format("citizen-{}", number));
    return result;
  });
}

// The writer learns in the first seconds of an engine who its citizens are; how long it took.
std::expected<double, Failure> AppendBench::wait_for_citizens(runner::Runner& runner) {
  const Stopwatch time;
  while (runner.citizens().size() < plan_.votes) {
    if (time.seconds() > citizens_patience_s)
      return failed(ExitCode::failed, "the writer does not learn of its citizens");
    if (const auto signal = signals_.wait(std::chrono::milliseconds{10}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  return time.seconds();
}

std::expected<Json, Failure> AppendBench::vote(Engine& engine) {
  ApiClient admin(operator_url(data_), {});
  auto poll = BenchPoll::open({.host = "127.0.0.1", .port = engine.port().value()}, admin, plan_.voters);
  if (!poll) return std::unexpected(std::move(poll.error()));
  const auto intake = engine.intake();
  const BallotDesk desk(intake, poll->id(), plan_.voters);
  double citizens_known_s = 0;
  if (plan_.voters == BenchPoll::Voters::citizens) {
    auto waited = wait_for_citizens(intake.runner);
    if (!waited) return std::unexpected(std::move(waited.error()));
    citizens_known_s = *waited;
  }
  const auto groups_before = intake.runner.statistics().groups;
  const double cpu_before_us = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  const double own_cpu_before_us = cpu_us(CLOCK_THREAD_CPUTIME_ID);
  const Stopwatch time;

  SubmissionFlow flow(intake.runner, plan_.in_flight);
  auto voted = submit_all(flow, "votes",
                          [&](std::uint64_t turn) { return desk.ballot(bench_voter(turn, plan_.votes)); });
  if (!voted) return std::unexpected(std::move(voted.error()));
  const double seconds = time.seconds();
  const double cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_us;
  const double own_cpu = cpu_us(CLOCK_THREAD_CPUTIME_ID) - own_cpu_before_us;
  const auto groups = intake.runner.statistics().groups - groups_before;

  const Stopwatch behind;
  const auto tally = poll->close();
  if (!tally) return std::unexpected(tally.error());
  const double views_behind_s = behind.seconds();
  if (auto right = check_bench_tally(*tally, plan_.votes); !right)
    return std::unexpected(std::move(right.error()));

  const auto votes = static_cast<double>(plan_.votes);
  return Json{{"citizens_known_s", citizens_known_s},
              {"seconds", seconds},
              {"votes_per_second", votes / seconds},
              {"cpu_us_per_vote", cpu / votes},
              {"writer_cpu_us_per_vote", flow.writer_cpu_us() / votes},
              {"submitter_cpu_us_per_vote", own_cpu / votes},
              {"groups", groups},
              {"votes_per_group", votes / static_cast<double>(groups)},
              {"views_behind_s", views_behind_s}};
}

std::expected<Json, Failure> AppendBench::run() {
  Json summary = {{"bench", "append"},
                  {"votes", plan_.votes},
                  {"voters", plan_.voters == BenchPoll::Voters::imported ? "imported" : "citizens"},
                  {"in_flight", plan_.in_flight}};
  if (plan_.voters == BenchPoll::Voters::citizens) {
    const Stopwatch time;
    const auto engine = start_bench_engine(bench_engine_options(data_));
    if (!engine) return std::unexpected(engine.error());
    if (auto registered = register_citizens(**engine); !registered)
      return std::unexpected(std::move(registered.error()));
    summary["registration_s"] = time.seconds();
  }
  const auto before = rest();
  if (!before) return std::unexpected(before.error());
  {
    const auto engine = start_bench_engine(bench_engine_options(data_));
    if (!engine) return std::unexpected(engine.error());
    const auto voted = vote(**engine);
    if (!voted) return std::unexpected(voted.error());
    summary.update(*voted);
  }
  const auto after = rest();
  if (!after) return std::unexpected(after.error());
  const auto per_vote = [&](std::uint64_t DiskUse::* store) {
    return (static_cast<double>((*after).*store) - static_cast<double>((*before).*store)) /
           static_cast<double>(plan_.votes);
  };
  summary["log_bytes_per_vote"] = per_vote(&DiskUse::log);
  summary["index_bytes_per_vote"] = per_vote(&DiskUse::index);
  summary["vault_bytes_per_vote"] = per_vote(&DiskUse::vault);
  summary["views_bytes_per_vote"] = per_vote(&DiskUse::views);
  summary["max_rss_bytes"] = max_rss_bytes();
  return summary;
}

}  // namespace stimmbuch::program
