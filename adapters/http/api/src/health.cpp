#include <chrono>

#include "answers.hpp"
#include "metrics_text.hpp"
#include "query.hpp"
#include "replication_json.hpp"
#include "stimmbuch/adapters/http/api/admin.hpp"
#include "stimmbuch/adapters/http/server/refusal.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::http::api {

namespace {

using enum MetricsText::Type;

// A follower that stood at the topic's end no longer ago is up to date for most purposes.
constexpr std::chrono::seconds behind_max{30};

// A view further behind than this is of no use to a citizen who just voted.
constexpr std::uint64_t lag_max = 100'000;

Response plain(unsigned status, std::string text) {
  return {
      .status = status, .content_type = "text/plain; charset=utf-8", .headers = {}, .body = std::move(text)};
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

void write_commands(MetricsText& out, const runner::RunnerStatistics& runner) {
  out.family("stimmbuch_commands_total", counter, "Commands by what came of them");
  out.sample(label("outcome", "accepted"), runner.accepted);
  out.sample(label("outcome", "replayed"), runner.replayed);
  out.sample(label("outcome", "refused"), runner.refused);
  out.sample(label("outcome", "failed"), runner.failed);
  out.family("stimmbuch_command_groups_total", counter, "Groups of commands, one sync each");
  out.sample(runner.groups);
  out.family("stimmbuch_commands_queued", gauge, "Commands waiting for the writer");
  out.sample(runner.queued);
  out.family("stimmbuch_streams_cached", gauge, "Folded streams in memory");
  out.sample(runner.cached_streams);
}

void write_ledger(MetricsText& out, const eventstore::LedgerStatistics& ledger) {
  out.family("stimmbuch_ledger_head", gauge, "Position of the last visible record");
  out.sample(number(ledger.visible_head));
  out.family("stimmbuch_ledger_records_total", counter, "Records appended since start");
  out.sample(ledger.records);
  out.family("stimmbuch_ledger_record_bytes_total", counter, "Bytes of records appended since start");
  out.sample(ledger.record_bytes);
  out.family("stimmbuch_ledger_sync_last_seconds", gauge, "Duration of the last write and sync");
  out.seconds_sample(ledger.last_sync_us);
  out.family("stimmbuch_ledger_sync_max_seconds", gauge, "Longest write and sync since start");
  out.seconds_sample(ledger.max_sync_us);
  out.family("stimmbuch_ledger_wal_bytes", gauge, "Write-ahead log that a restart would read");
  out.sample(ledger.wal_bytes);
  out.family("stimmbuch_ledger_memtable_bytes", gauge, "Memory of records not yet in files");
  out.sample(ledger.memtable_bytes);
  out.family("stimmbuch_ledger_file_bytes", gauge, "Disk used");
  out.sample(label("store", "log"), ledger.log_file_bytes);
  out.sample(label("store", "index"), ledger.index_file_bytes);
  out.family("stimmbuch_ledger_index_waits_total", counter, "Appends that waited for the stream index");
  out.sample(ledger.index_waits);
  out.family("stimmbuch_ledger_failed", gauge, "1 when nothing is accepted any more");
  out.sample(ledger.failed ? 1 : 0);
}

void write_projections(MetricsText& out, const std::vector<projections::ProjectionStatus>& list) {
  out.family("stimmbuch_projection_position", gauge, "Position that a projection reflects");
  for (const auto& one : list) out.sample(label("projection", one.name), number(one.position));
  out.family("stimmbuch_projection_lag_records", gauge, "Records behind the head");
  for (const auto& one : list) out.sample(label("projection", one.name), one.lag);
  out.family("stimmbuch_projection_parked_streams", gauge, "Streams with a record that could not be folded");
  for (const auto& one : list) out.sample(label("projection", one.name), one.parked_streams);
}

void write_replication(MetricsText& out, const Replication& replication) {
  using enum Replication::Role;
  if (replication.role != leader && replication.role != follower) return;
  out.family("stimmbuch_kafka_connected", gauge, "1 while a broker is published to, or followed");
  out.sample(replication.connected ? 1 : 0);
  if (replication.role == leader) {
    out.family("stimmbuch_kafka_published", gauge, "Position up to which the topic is known to be committed");
    out.sample(number(replication.published));
    out.family("stimmbuch_kafka_backlog_records", gauge, "Records that the topic does not have yet");
    out.sample(replication.backlog);
    out.family("stimmbuch_kafka_backlog_age_seconds", gauge, "Time since the topic last had every record");
    out.sample(static_cast<std::uint64_t>(replication.backlog_age.count()));
    out.family("stimmbuch_kafka_transactions_total", counter, "Transactions by how they ended");
    out.sample(label("result", "committed"), replication.transactions);
    out.sample(label("result", "aborted"), replication.aborted);
  } else {
    out.family("stimmbuch_kafka_behind_seconds", gauge, "Time since the end of the topic was last reached");
    out.sample(static_cast<std::uint64_t>(replication.behind.count()));
    out.family("stimmbuch_kafka_promotable", gauge, "1 when this follower could become the leader");
    out.sample(replication.not_promotable.empty() ? 1 : 0);
  }
}

void write_erasures(MetricsText& out, const PendingErasures& pending) {
  out.family("stimmbuch_erasures_waiting", gauge,
             "People and texts that are to be destroyed, and are not yet");
  out.sample(pending.waiting);
  out.family("stimmbuch_erasures_overdue", gauge, "Those of them that wait for more than 30 days");
  out.sample(pending.overdue);
}

void write_http(MetricsText& out, const ServerStats& server) {
  out.family("stimmbuch_http_connections", gauge, "Open connections");
  out.sample(server.connections_now);
  out.family("stimmbuch_http_event_streams", gauge, "Followers by server-sent events");
  out.sample(server.event_streams_now);
  out.family("stimmbuch_http_requests_in_progress", gauge, "Requests that wait for an answer");
  out.sample(server.requests_in_progress_now);
  out.family("stimmbuch_http_connections_total", counter, "Connections accepted and refused over a bound");
  out.sample(label("result", "accepted"), server.connections_accepted);
  out.sample(label("result", "refused"), server.connections_refused);
  out.family("stimmbuch_http_event_streams_dropped_total", counter, "Followers that fell behind");
  out.sample(server.event_streams_dropped);
  out.family("stimmbuch_http_bytes_total", counter, "Bytes over all connections");
  out.sample(label("direction", "received"), server.bytes_received);
  out.sample(label("direction", "sent"), server.bytes_sent);
  out.family("stimmbuch_http_responses_total", counter, "Answers by class of status");
  for (std::size_t digit = 1; digit < server.responses.size(); ++digit) {
    out.sample(label("class", std::to_string(digit) + "xx"), server.responses[digit]);
  }
  out.family("stimmbuch_http_refused_total", counter,
             "Requests that the server refused before any route saw them");
  for (const auto& refusal : all_refusals()) {
    out.sample(label("code", refusal.code), server.refusals[static_cast<std::size_t>(refusal.refusal)]);
  }
}

}  // namespace

std::string Health::unready_because(const Replication& replication) const {
  using enum Replication::Role;
  if (parts_.draining) return "draining";
  if (replication.role == leader && !replication.takes_commands)
    return "commands are refused: the broker does not commit, or another node leads; " + replication.trouble;
  if (replication.role == follower && !replication.has_caught_up) return "following from the beginning";
  if (replication.role == follower && replication.behind > behind_max)
    return "following is behind by " + std::to_string(replication.behind.count()) + " seconds";
  if (parts_.log.statistics().failed) return "the ledger accepts nothing any more";
  for (const auto& projection : parts_.worker.list()) {
    if (projection.generation == 0) return "projection " + projection.name + " is being built";
    if (projection.lag > lag_max) return "projection " + projection.name + " is behind";
  }
  return {};
}

Response Health::readiness(bool verbose) const {
  const Replication replication = parts_.replication();
  const auto why = unready_because(replication);
  const unsigned status = why.empty() ? 200 : 503;
  if (!verbose) return plain(status, why.empty() ? "ok\n" : why + "\n");
  nlohmann::json body{{"ready", why.empty()}, {"replication", to_json(replication)}};
  if (!why.empty()) body["because"] = why;
  return json_response(status, body.dump());
}

std::string Health::metrics() const {
  MetricsText out;
  out.family("stimmbuch_build_info", gauge, "The version that runs");
  out.sample(label("version", parts_.version), 1);
  if (parts_.runner != nullptr) write_commands(out, parts_.runner->statistics());
  write_ledger(out, parts_.log.statistics());
  write_projections(out, parts_.worker.list());
  write_replication(out, parts_.replication());
  if (parts_.pending_erasures) write_erasures(out, parts_.pending_erasures());
  write_http(out, parts_.server_stats());
  return std::move(out).take();
}

void Health::handle(const Request& request, Responder responder) {
  if (request.method != Method::get && request.method != Method::head) {
    return std::move(responder).send(method_not_allowed("GET, HEAD"));
  }
  if (request.path == "/livez" || request.path == "/startupz")
    return std::move(responder).send(plain(200, "ok\n"));
  if (request.path == "/readyz")
    return std::move(responder).send(readiness(query_parameter(request.query, "verbose").has_value()));
  if (request.path == "/metrics") {
    return std::move(responder).send({.status = 200,
                                      .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                      .headers = {},
                                      .body = metrics()});
  }
  std::move(responder).send(not_found());
}

}  // namespace stimmbuch::http::api
