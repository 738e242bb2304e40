#include "bench/http_bench.hpp"

#include <utility>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "bench/bench_town.hpp"
#include "bench/served_engine.hpp"

namespace stimmbuch::program {

namespace {

void add(Json& summary, std::string_view prefix, const HttpLoadResult& result) {
  const auto member = [&](std::string_view name) { return fmt::format("{}{}", prefix, name); };
  summary[member("requests_per_second")] = result.requests_per_second;
  summary[member("p50_ms")] = result.latencies.p50_ms;
  summary[member("p99_ms")] = result.latencies.p99_ms;
  summary[member("max_ms")] = result.latencies.max_ms;
}

void add_reference(Json& summary, const HttpLoadResult& reference) {
  add(summary, "reference_", reference);
  summary["ratio"] = summary.at("requests_per_second").get<double>() / reference.requests_per_second;
}

// The engine of a plan, started if need be.
class Target {
 public:
  static std::expected<Target, Failure> reach(const HttpBenchPlan& plan) {
    if (plan.server) return Target(*plan.server, std::nullopt);
    auto engine = ServedEngine::start(plan.data);
    if (!engine) return std::unexpected(std::move(engine.error()));
    const client::ServerUrl url = engine->url();
    return Target(url, std::move(*engine));
  }

  const client::ServerUrl& url() const { return url_; }
  // The process, if it is ours.
  const std::optional<ServedEngine>& engine() const { return engine_; }

 private:
  Target(client::ServerUrl url, std::optional<ServedEngine> engine)
      : url_(std::move(url)), engine_(std::move(engine)) {}

  client::ServerUrl url_;
  std::optional<ServedEngine> engine_;
};

}  // namespace

std::expected<Json, Failure> bench_votes(Console& console, Signals& signals, const HttpBenchPlan& plan,
                                         std::uint64_t votes) {
  auto target = Target::reach(plan);
  if (!target) return std::unexpected(std::move(target.error()));
  ApiClient admin(operator_url(plan.data), {});
  auto poll = BenchPoll::open(target->url(), admin, BenchPoll::Voters::citizens);
  if (!poll) return std::unexpected(std::move(poll.error()));
  BenchTown town(console, signals, {target->url(), operator_url(plan.data)}, plan.connections);
  const auto registered = town.settle(votes);
  if (!registered) return std::unexpected(registered.error());

  const double cpu_before_us = target->engine() ? target->engine()->cpu_us() : 0;
  const auto voted = run_http_load(town.votes(poll->id(), target->url()), console, signals);
  if (!voted) return std::unexpected(voted.error());
  Json summary = {{"bench", "http"}, {"votes", votes}, {"connections", plan.connections}};
  add(summary, "", *voted);
  summary["registrations_per_second"] = registered->requests_per_second;
  if (target->engine()) {
    summary["server_cpu_us_per_vote"] =
        (target->engine()->cpu_us() - cpu_before_us) / static_cast<double>(votes);
  }
  const auto tally = poll->close();
  if (!tally) return std::unexpected(tally.error());
  if (auto right = check_bench_tally(*tally, votes); !right) return std::unexpected(std::move(right.error()));
  // Behind its count a poll's documents stay as they are.
  if (const auto counted = poll->count(); !counted) return std::unexpected(counted.error());
  if (target->engine()) summary["server_max_rss_bytes"] = target->engine()->max_rss_bytes();

  if (plan.reference) {
    const auto reference = run_http_load(town.votes(poll->id(), *plan.reference), console, signals);
    if (!reference) return std::unexpected(reference.error());
    add_reference(summary, *reference);
  }
  return summary;
}

std::expected<Json, Failure> bench_queries(Console& console, Signals& signals, const HttpBenchPlan& plan,
                                           const QueryPlan& query) {
  auto target = Target::reach(plan);
  if (!target) return std::unexpected(std::move(target.error()));
  std::string path = query.target.value_or("");
  if (!plan.server) {
    ApiClient admin(operator_url(plan.data), {});
    auto poll = BenchPoll::open(target->url(), admin, BenchPoll::Voters::citizens);
    if (!poll) return std::unexpected(std::move(poll.error()));
    BenchTown town(console, signals, {target->url(), operator_url(plan.data)}, plan.connections);
    if (const auto registered = town.settle(query.votes); !registered)
      return std::unexpected(registered.error());
    const auto voted = run_http_load(town.votes(poll->id(), target->url()), console, signals);
    if (!voted) return std::unexpected(voted.error());
    const auto tally = poll->close();
    if (!tally) return std::unexpected(tally.error());
    if (auto right = check_bench_tally(*tally, query.votes); !right)
      return std::unexpected(std::move(right.error()));
    if (const auto counted = poll->count(); !counted) return std::unexpected(counted.error());
    if (path.empty()) path = fmt::format("/v1/polls/{}/tally", poll->id());
  }

  ApiClient reader(target->url(), {});
  const auto document = reader.send_raw({.target = path});
  if (!document) return std::unexpected(document.error());
  const auto load_of = [&](const client::ServerUrl& server, const std::string& request) {
    return HttpLoad{
        .server = server,
        .what = "queries",
        .connections = plan.connections,
        .requests = query.requests,
        .request = [&request](std::uint64_t) -> std::string_view { return request; },
        .status = 200,
        .accepts = [&document](std::uint64_t, std::string_view body) { return body == document->body; }};
  };
  const std::string request = http_request("GET", path, target->url());
  const double cpu_before_us = target->engine() ? target->engine()->cpu_us() : 0;
  const auto read = run_http_load(load_of(target->url(), request), console, signals);
  if (!read) return std::unexpected(read.error());
  Json summary = {{"bench", "query"},
                  {"target", path},
                  {"requests", query.requests},
                  {"connections", plan.connections},
                  {"document_bytes", document->body.size()}};
  add(summary, "", *read);
  if (target->engine()) {
    summary["server_cpu_us_per_request"] =
        (target->engine()->cpu_us() - cpu_before_us) / static_cast<double>(query.requests);
  }
  if (plan.reference) {
    const std::string there = http_request("GET", path, *plan.reference);
    const auto reference = run_http_load(load_of(*plan.reference, there), console, signals);
    if (!reference) return std::unexpected(reference.error());
    add_reference(summary, *reference);
  }
  return summary;
}

}  // namespace stimmbuch::program
