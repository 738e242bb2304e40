// bench append, bench http, bench query, bench rebuild, bench proof, bench import, bench publish, bench
// durability and bench survey.
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "access/work_directory.hpp"
#include "bench/append_bench.hpp"
#include "bench/durability_bench.hpp"
#include "bench/http_bench.hpp"
#include "bench/import_bench.hpp"
#include "bench/proof_bench.hpp"
#include "bench/publish_bench.hpp"
#include "bench/rebuild_bench.hpp"
#include "bench/survey_bench.hpp"
#include "cli/signals.hpp"
#include "cli/table.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/tools/client/server_url.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t append_votes = 1'000'000;
constexpr std::uint64_t append_in_flight = 4'096;
constexpr std::uint64_t http_votes = 200'000;
constexpr std::uint64_t http_connections = 64;
constexpr std::uint64_t query_requests = 200'000;
constexpr std::uint64_t query_votes = 1'000;
constexpr std::uint64_t query_connections = 32;
constexpr std::uint64_t proofs_made = 20'000;
constexpr std::uint64_t import_ballots = 200'000;
constexpr std::uint64_t connections_max = 4'096;
constexpr std::uint64_t survey_answers = 250'000;
constexpr std::uint64_t durability_seconds = 3;
constexpr std::uint64_t durability_seconds_max = 3'600;

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

// A whole number within bounds.
std::expected<std::uint64_t, Failure> number_of(const Session& session, std::string_view option,
                                                std::uint64_t fallback, std::uint64_t most = UINT32_MAX) {
  const auto number = session.given.number(option, fallback);
  if (number && (*number == 0 || *number > most))
    return failed(ExitCode::usage, fmt::format("{} is at least 1 and at most {}", option, most));
  return number;
}

std::expected<std::optional<client::ServerUrl>, Failure> url_of(const Session& session,
                                                                std::string_view option) {
  const auto text = session.given.value(option);
  if (!text) return std::nullopt;
  auto url = client::parse_server_url(*text);
  if (!url) return failed(ExitCode::usage, fmt::format("{}: {}", option, url.error()));
  if (url->tls)
    return failed(ExitCode::usage, fmt::format("{}: what is measured is HTTP without TLS", option));
  return std::move(*url);
}

// Where a new ledger is made.
std::expected<void, Failure> require_new(const WorkDirectory& directory) {
  if (!std::filesystem::exists(directory.data() / "log")) return {};
  return failed(ExitCode::usage, "--data: there is a ledger already; name a new directory");
}

Result run_append(Session& session) {
  const auto votes = number_of(session, "--votes", append_votes);
  if (!votes) return std::unexpected(votes.error());
  const auto in_flight =
      number_of(session, "--in-flight", append_in_flight, runner::RunnerOptions().queue_max);
  if (!in_flight) return std::unexpected(in_flight.error());
  const auto voters =
      session.given.has("--imported") ? BenchPoll::Voters::imported : BenchPoll::Voters::citizens;
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto is_new = require_new(directory); !is_new) return std::unexpected(std::move(is_new.error()));
  AppendBench bench(session.console, signals, directory.data(), {*votes, voters, *in_flight});
  return finished(session, bench.run());
}

// What `bench http` and `bench query` have in common.
std::expected<HttpBenchPlan, Failure> http_plan(const Session& session, const WorkDirectory& directory,
                                                std::uint64_t usual_connections) {
  HttpBenchPlan plan{.data = directory.data(), .server = {}, .reference = {}, .connections = 0};
  auto server = url_of(session, "--server");
  if (!server) return std::unexpected(std::move(server.error()));
  plan.server = std::move(*server);
  auto reference = url_of(session, "--reference");
  if (!reference) return std::unexpected(std::move(reference.error()));
  plan.reference = std::move(*reference);
  const auto connections = number_of(session, "--connections", usual_connections, connections_max);
  if (!connections) return std::unexpected(connections.error());
  plan.connections = *connections;
  if (!plan.server) {
    if (auto is_new = require_new(directory); !is_new) return std::unexpected(std::move(is_new.error()));
  }
  return plan;
}

Result run_http(Session& session) {
  const auto votes = number_of(session, "--votes", http_votes);
  if (!votes) return std::unexpected(votes.error());
  if (session.given.has("--server") && !session.given.has("--data"))
    return failed(ExitCode::usage, "--server needs --data: the tokens come from the directory's engine");
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  const auto plan = http_plan(session, directory, http_connections);
  if (!plan) return std::unexpected(plan.error());
  return finished(session, bench_votes(session.console, signals, *plan, *votes));
}

Result run_query(Session& session) {
  const auto requests = number_of(session, "--requests", query_requests);
  if (!requests) return std::unexpected(requests.error());
  const auto votes = number_of(session, "--votes", query_votes);
  if (!votes) return std::unexpected(votes.error());
  if (session.given.has("--server") && !session.given.has("--target"))
    return failed(ExitCode::usage, "--server needs --target, such as /v1/polls/p1/tally");
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  const auto plan = http_plan(session, directory, query_connections);
  if (!plan) return std::unexpected(plan.error());
  return finished(session, bench_queries(session.console, signals, *plan,
                                         {*requests, *votes, session.given.value("--target")}));
}

// Makes a ledger of imported votes where there is none.
std::expected<void, Failure> require_ledger(Session& session, Signals& signals,
                                            const WorkDirectory& directory, std::uint64_t votes) {
  if (std::filesystem::exists(directory.data() / "log")) return {};
  AppendBench bench(session.console, signals, directory.data(),
                    {votes, BenchPoll::Voters::imported, append_in_flight});
  if (const auto appended = bench.run(); !appended) return std::unexpected(appended.error());
  return {};
}

Result run_rebuild(Session& session) {
  const auto votes = number_of(session, "--votes", append_votes);
  if (!votes) return std::unexpected(votes.error());
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto there = require_ledger(session, signals, directory, *votes); !there)
    return std::unexpected(std::move(there.error()));
  return finished(session, bench_rebuild(session.console, signals, directory.data(),
                                         session.given.has("--all") ? Rebuilt::all : Rebuilt::tally));
}

Result run_proof(Session& session) {
  const auto votes = number_of(session, "--votes", append_votes);
  if (!votes) return std::unexpected(votes.error());
  const auto proofs = number_of(session, "--proofs", proofs_made);
  if (!proofs) return std::unexpected(proofs.error());
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto there = require_ledger(session, signals, directory, *votes); !there)
    return std::unexpected(std::move(there.error()));
  return finished(session, bench_proof(signals, directory.data(), *proofs));
}

Result run_import(Session& session) {
  const auto ballots = number_of(session, "--ballots", import_ballots);
  if (!ballots) return std::unexpected(ballots.error());
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto is_new = require_new(directory); !is_new) return std::unexpected(std::move(is_new.error()));
  std::filesystem::create_directories(directory.data());
  std::filesystem::path file = session.given.value("--file").value_or("");
  if (file.empty()) {
    file = directory.data() / "bench.pb";
    write_bench_election(file, *ballots);
  }
  std::vector<std::string> progress;
  if (session.given.has("--quiet")) progress.emplace_back("--quiet");
  if (const auto style = session.given.value("--progress"))
    progress.insert(progress.end(), {"--progress", *style});
  return finished(session, bench_import(directory.data(), file, progress));
}

std::expected<kafka::Settings, Failure> kafka_of(const Session& session) {
  const auto& kafka = session.settings.values.engine.kafka;
  if (kafka.brokers.empty()) return failed(ExitCode::usage, "name the brokers by --kafka");
  return kafka;
}

Result run_publish(Session& session) {
  const auto votes = number_of(session, "--votes", append_votes);
  if (!votes) return std::unexpected(votes.error());
  const auto kafka = kafka_of(session);
  if (!kafka) return std::unexpected(kafka.error());
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto there = require_ledger(session, signals, directory, *votes); !there)
    return std::unexpected(std::move(there.error()));
  PublishBench bench(session.console, signals, directory.data(), *kafka);
  return finished(session, bench.run());
}

Result run_durability(Session& session) {
  const auto seconds = number_of(session, "--seconds", durability_seconds, durability_seconds_max);
  if (!seconds) return std::unexpected(seconds.error());
  const auto kafka = kafka_of(session);
  if (!kafka) return std::unexpected(kafka.error());
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", std::nullopt);
  return finished(
      session, bench_durability(
                   session.console, signals,
                   {.directory = directory.data(), .kafka = *kafka, .time = std::chrono::seconds{*seconds}}));
}

Result run_survey(Session& session) {
  const auto answers = number_of(session, "--answers", survey_answers);
  if (!answers) return std::unexpected(answers.error());
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("bench", session.given.value("--data"));
  if (auto is_new = require_new(directory); !is_new) return std::unexpected(std::move(is_new.error()));
  SurveyBench bench(session.console, signals, directory.data(), *answers);
  return finished(session, bench.run());
}

Option new_data_option() {
  return {"--data", "DIR", "A new directory, which is kept. Default: a temporary one."};
}

Option ledger_option() {
  return {"--data", "DIR", "The directory of a ledger. Default: a temporary one with imported votes."};
}

Option server_option(std::string_view help) {
  return {"--server", "URL", fmt::format("An engine that runs already, instead of an own one. {}", help)};
}

Option connections_option(std::uint64_t usual) {
  return {"--connections", "N",
          fmt::format("How many connections, each with one request at a time. Default: {}.", usual)};
}

Option reference_option() {
  return {
      "--reference", "URL",
      "A server that answers the same requests with a constant: it gets them too, and the ratio is told."};
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
          "must be what was voted. Bytes are those of the files when the engine has come to rest.",
      .options = with_common_options(
          {{"--votes", "N", fmt::format("How many votes. Default: {}.", append_votes)},
           {"--imported", "", "Votes of an imported poll, as a bulk load brings them: without citizens."},
           {"--in-flight", "N",
            fmt::format("How many commands wait for their answer at most. Default: {}.", append_in_flight)},
           new_data_option()}),
      .examples = {{"bench append", "A table of figures."},
                   {"bench append --imported --votes 10000000 --data /var/tmp/ten-million --json",
                    "A ledger for other benchmarks is left there."}},
      .exits = {ExitCode::differences},
      .run = run_append,
  };
}

Command bench_http_command() {
  return {
      .name = "bench http",
      .purpose = "Measure votes over HTTP, a request each.",
      .details =
          "Starts `serve` in a process of its own on a ledger of purpose demo, registers citizens and lets "
          "each vote once, over connections that are kept open. The requests are made before; only the "
          "voting is timed. Every vote must be answered with 201, and the tally must be what was voted.",
      .options = with_common_options(
          {{"--votes", "N",
            fmt::format("How many citizens vote; about a kilobyte of memory each. Default: {}.", http_votes)},
           connections_option(http_connections),
           server_option("Its ledger is of purpose demo, --data is its directory."),
           reference_option(),
           new_data_option()}),
      .examples = {{"bench http", "With an engine of its own."},
                   {"bench http --reference http://127.0.0.1:8090 --json",
                    "Beside nginx; tools/bench has its configuration."}},
      .exits = {ExitCode::differences, ExitCode::try_later},
      .run = run_http,
  };
}

Command bench_query_command() {
  return {
      .name = "bench query",
      .purpose = "Measure reading a document over HTTP.",
      .details =
          "Starts `serve` in a process of its own, lets citizens vote and reads the poll's tally again and "
          "again over connections that are kept open. Every answer must have the same bytes.",
      .options = with_common_options(
          {{"--requests", "N", fmt::format("How many requests. Default: {}.", query_requests)},
           {"--votes", "N", fmt::format("How many citizens vote before. Default: {}.", query_votes)},
           {"--target", "PATH", "What is read, such as /v1/polls. Default: the tally."},
           connections_option(query_connections),
           server_option("It needs --target."),
           reference_option(),
           new_data_option()}),
      .examples = {{"bench query", "The tally of a poll of its own."},
                   {"bench query --server http://127.0.0.1:8080 --target /v1/polls",
                    "A document of an engine that runs."}},
      .exits = {ExitCode::differences, ExitCode::try_later},
      .run = run_query,
  };
}

Command bench_rebuild_command() {
  return {
      .name = "bench rebuild",
      .purpose = "Measure folding the log into new views.",
      .details =
          "Builds the tally projection from the first record on, as a first start without views does, and "
          "throws it away. Beside it the log is read in order and nothing done with the records. The views "
          "must have every ballot of the log. The data directory is one that nobody serves.",
      .options = with_common_options(
          {{"--all", "", "All projections, in lockstep, instead of the tally alone."},
           ledger_option(),
           {"--votes", "N", fmt::format("How many votes a new ledger gets. Default: {}.", append_votes)}}),
      .examples = {{"bench rebuild --data /var/tmp/ten-million", "A ledger that `bench append` left."},
                   {"bench rebuild --all --votes 100000 --json", "A new ledger."}},
      .exits = {ExitCode::differences, ExitCode::store_locked},
      .run = run_rebuild,
  };
}

Command bench_proof_command() {
  return {
      .name = "bench proof",
      .purpose = "Measure proving that a record lies in the log.",
      .details =
          "Makes inclusion proofs for records at random positions, one after the other, as for receipts, and "
          "checks each. The data directory is one that nobody serves.",
      .options = with_common_options(
          {{"--proofs", "N", fmt::format("How many proofs. Default: {}.", proofs_made)},
           ledger_option(),
           {"--votes", "N", fmt::format("How many votes a new ledger gets. Default: {}.", append_votes)}}),
      .examples = {{"bench proof --data /var/tmp/ten-million", "A ledger that `bench append` left."},
                   {"bench proof --votes 100000 --json", "A new ledger."}},
      .exits = {ExitCode::differences, ExitCode::store_locked},
      .run = run_proof,
  };
}

Command bench_import_command() {
  return {
      .name = "bench import",
      .purpose = "Measure an import by the bulk route.",
      .details =
          "Starts `serve` in a process of its own and imports a participatory budget into it with `import "
          "pabulib`: a generated one, or a file of pabulib.org. The result must be the one in the file.",
      .options = with_common_options(
          {{"--ballots", "N", fmt::format("How many ballots are generated. Default: {}.", import_ballots)},
           {"--file", "FILE", "A .pb or .pb.gz file instead."},
           new_data_option()}),
      .examples = {{"bench import", "A generated election."},
                   {"bench import --file Poland_Lodz_2023.pb.gz --json", "A real one."}},
      .exits = {ExitCode::differences, ExitCode::try_later},
      .run = run_import,
  };
}

Command bench_publish_command() {
  return {
      .name = "bench publish",
      .purpose = "Measure publishing to Kafka, and following from there.",
      .details =
          "Publishes a ledger that is not in the cluster yet from its first record on, as the engine does "
          "when its broker was away. Then another ledger takes it from the topic, as a new follower does. "
          "The data directory is one that nobody serves. The topics stay behind in the cluster.",
      .options = with_common_options(
          {ledger_option(),
           {"--votes", "N", fmt::format("How many votes a new ledger gets. Default: {}.", append_votes)}}),
      .settings = {"kafka."},
      .examples = {{"bench publish --kafka 127.0.0.1:19092", "At the broker of `tools/kafka start`."},
                   {"bench publish --kafka 127.0.0.1:19092 --kafka-properties compression.type=lz4 --json",
                    "With other properties of librdkafka."}},
      .exits = {ExitCode::store_locked, ExitCode::broker_unreachable},
      .run = run_publish,
  };
}

Command bench_durability_command() {
  return {
      .name = "bench durability",
      .purpose = "Measure what it costs to answer only when the brokers have committed.",
      .details =
          "An engine that publishes answers imported votes inside one process, first with --durability local "
          "and then with replicated, while 1, 64 and 4096 wait for their answer. Each tally must be what was "
          "voted. The topics stay behind in the cluster.",
      .options = with_common_options(
          {{"--seconds", "N",
            fmt::format("How long each of the six measurements takes. Default: {}.", durability_seconds)}}),
      .settings = {"kafka."},
      .examples = {{"bench durability --kafka 127.0.0.1:19092", "At the broker of `tools/kafka start`."},
                   {"bench durability --kafka k1:9092,k2:9092,k3:9092 --seconds 10 --json", "At a cluster."}},
      .exits = {ExitCode::differences, ExitCode::broker_unreachable},
      .run = run_durability,
  };
}

Command bench_survey_command() {
  return {
      .name = "bench survey",
      .purpose = "Measure exporting the rows of a large survey.",
      .details =
          "Lets citizens answer a survey inside one process, each with two choices, words and a place. Then "
          "`serve` in a process of its own sends all rows, and those that may be published, in each format; "
          "what is told is how long it took and the most memory that the server has held until then.",
      .options = with_common_options(
          {{"--answers", "N", fmt::format("How many citizens answer. Default: {}.", survey_answers)},
           new_data_option()}),
      .examples = {{"bench survey", "A table of figures."},
                   {"bench survey --answers 1000 --json", "To see that it works."}},
      .exits = {ExitCode::differences, ExitCode::try_later},
      .run = run_survey,
  };
}

}  // namespace stimmbuch::program
