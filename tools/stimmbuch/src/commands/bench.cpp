// bench append.
#include <csignal>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/work_directory.hpp"
#include "bench/append_bench.hpp"
#include "cli/signals.hpp"
#include "cli/table.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t append_votes = 1'000'000;
constexpr std::uint64_t append_in_flight = 4'096;

std::string shown(const Json& value) {
  if (value.is_number_float()) return fmt::format("{:.2f}", value.get<double>());
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

// A line a figure for people, the summary for programs.
Result finished(Session& session, const std::expected<Json, Failure>& summary) {
  if (!summary) return std::unexpected(summary.error());
  Table table({{"figure"}, {"value", Table::Align::right}});
  for (const auto& [name, value] : summary->items()) table.add({name, shown(value)});
  for (const auto& line : table.lines(session.console.width())) session.console.print(line);
  session.console.summary(*summary);
  return ExitCode::ok;
}

bool has_ledger(const std::filesystem::path& data) {
  return std::filesystem::exists(data / "log");
}

Result append(Session& session) {
  const auto votes = session.given.number("--votes", append_votes);
  if (!votes) return std::unexpected(votes.error());
  const auto in_flight = session.given.number("--in-flight", append_in_flight);
  if (!in_flight) return std::unexpected(in_flight.error());
  const runner::RunnerOptions limits;
  if (*votes == 0 || *in_flight == 0 || *in_flight > limits.queue_max) {
    return failed(ExitCode::usage,
                  fmt::format("--votes is at least 1, --in-flight 1 to {}", limits.queue_max));
  }
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (has_ledger(directory.data()))
    return failed(ExitCode::usage, "--data: there is a ledger already; name a new directory");
  spdlog::set_level(spdlog::level::warn);
  AppendBench bench(
      session.console, signals, directory.data(),
      {.votes = *votes,
       .voters = session.given.has("--imported") ? BenchPoll::Voters::imported : BenchPoll::Voters::citizens,
       .in_flight = *in_flight});
  return finished(session, bench.run());
}

}  // namespace

Command bench_append_command() {
  return {
      .name = "bench append",
      .purpose = "Measure durable votes inside one process.",
      .details =
          "Registers as many citizens as there are votes, starts the engine anew and lets each of them vote "
          "once, in another order: every vote is made into a command, decided, appended with a sync for its "
          "group and folded into the views. Only the voting is timed, to the last answer. Then the tally "
          "must be what was voted. Bytes are those of files after the engine has come to rest.",
      .options = with_common_options(
          {{"--votes", "N", fmt::format("How many votes. Default: {}.", append_votes)},
           {"--imported", "", "Votes of an imported poll, as a bulk load brings them: without citizens."},
           {"--in-flight", "N",
            fmt::format("How many commands wait for their answer at most. Default: {}.", append_in_flight)},
           {"--data", "DIR", "A new directory, which is kept. Default: a temporary one."}}),
      .examples = {{"bench append", "A table of figures."},
                   {"bench append --imported --votes 10000000 --data /var/tmp/ten-million --json",
                    "A ledger for other benchmarks is left there."}},
      .exits = {ExitCode::differences},
      .run = append,
  };
}

}  // namespace stimmbuch::program
