// The routes that show views and the log.
#include <memory>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "followers.hpp"
#include "openapi.hpp"
#include "problem_pages.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "record_lines.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/folds/audit_trail.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/folds/tally.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::uint64_t events_limit = 1000;
constexpr std::uint64_t turnout_page_size = 500;

}  // namespace

// ---- views

void Api::get_projects(Call call) {
  reads_->send_list(std::move(call), "projects", std::string(projections::newest_prefix));
}

void Api::get_project(Call call) {
  std::string id(call.parameters[0]);
  reads_->send_document(std::move(call), "projects", std::move(id));
}

void Api::get_polls(Call call) {
  const auto project = query_parameter(call.request->query, "project");
  const auto id = project ? ProjectId::parse(*project) : std::nullopt;
  if (project && !id) return std::move(call).send(malformed("project is no id"));
  auto prefix = id ? projections::polls_of_project_prefix(*id) : std::string(projections::newest_prefix);
  reads_->send_list(std::move(call), "polls", std::move(prefix));
}

void Api::get_poll(Call call) {
  std::string id(call.parameters[0]);
  reads_->send_document(std::move(call), "polls", std::move(id));
}

void Api::get_tally(Call call) {
  std::string id(call.parameters[0]);
  reads_->send_document(std::move(call), "tally", std::move(id));
}

void Api::get_turnout(Call call) {
  const auto poll = id_parameter<PollId>(call, 0);
  if (!poll) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "tally", [this, poll = *poll](Call reached) {
    const auto after = cursor_of(*reached.request);
    if (!after) return std::move(reached).send(malformed(cursor_form));
    const auto read =
        parts_.views.rows("tally", projections::turnout_prefix(poll), *after, turnout_page_size);
    if (!read) return std::move(reached).send(rebuilding());
    auto body = projections::turnout_document(poll, parts_.ledger.purpose, read->rows);
    body.pop_back();  // the brace
    body = close_page(std::move(body), read->next);
    auto response = reads_->conditional(*reached.request, std::move(body), read->position, Caching::live);
    std::move(reached).send(std::move(response));
  });
}

void Api::get_result(Call call) {
  const auto poll = id_parameter<PollId>(call, 0);
  const auto position = position_parameter(call, 1);
  if (!poll || !position) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), "polls", projections::result_id(*poll, *position));
}

void Api::get_figures(Call call) {
  reads_->send_document(std::move(call), "figures", "figures");
}

// ---- the log

void Api::follow_poll(Call call) {
  followers_->follow_poll(std::move(call));
}

void Api::follow_events(Call call) {
  followers_->follow_records(std::move(call));
}

void Api::get_events(Call call) {
  const auto after = query_number(call.request->query, "after", 0);
  if (!after) return std::move(call).send(malformed("after is a position"));
  const auto limit = query_limit(call.request->query, events_limit, events_limit);
  if (!limit) return std::move(call).send(malformed(limit_form));
  const Position head_now = parts_.log.head();
  const Position first = std::min(Position{*after}, head_now);
  const Position last = std::min(head_now, first + *limit);
  Response head{.status = 200, .content_type = "application/x-ndjson", .headers = {}, .body = {}};
  head.headers.push_back({"Cache-Control", "no-store"});
  std::move(call.responder).send_chunks(std::move(head), record_lines(parts_.log, first, last));
}

void Api::get_checkpoint(Call call) {
  send_log_file(std::move(call), "checkpoint", "text/plain; charset=utf-8");
}

void Api::get_log_key(Call call) {
  send_log_file(std::move(call), "log.vkey", "text/plain; charset=utf-8");
}

void Api::get_log_keys(Call call) {
  send_log_file(std::move(call), "log.keys", "text/plain; charset=utf-8");
}

void Api::get_tile(Call call) {
  auto path = std::string("tile/").append(call.parameters[0]);
  send_log_file(std::move(call), std::move(path), "application/octet-stream");
}

void Api::get_entries(Call call) {
  auto path = std::string("tile/entries/").append(call.parameters[0]);
  send_log_file(std::move(call), std::move(path), "application/octet-stream");
}

void Api::send_log_file(Call call, std::string path, std::string_view content_type) {
  reads_->on_pool(std::move(call), [this, path = std::move(path), content_type](Call reached) {
    auto file = parts_.log_files.read(path);
    if (!file) return std::move(reached).send(not_found());
    Response response{
        .status = 200, .content_type = content_type, .headers = {}, .body = std::move(file->bytes)};
    const bool is_public = !path.starts_with("tile/entries/");
    response.headers.push_back(
        {"Cache-Control", std::string(is_public ? "public, " : "private, ") +
                              (file->never_changes ? "max-age=31536000, immutable" : "max-age=5")});
    std::move(reached).send(std::move(response));
  });
}

void Api::get_audit_trail(Call call) {
  const auto stream = parse_subject(call.parameters[0]);
  if (!stream) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, stream = *stream](Call reached) {
    std::map<PollId, poll::State> polls;
    const auto title_of = [&](const PollId& poll, const OptionId& option) {
      auto known = polls.find(poll);
      if (known == polls.end())
        known = polls.emplace(poll, runner::read_state<poll::State>(parts_.log, poll)).first;
      const auto* const found = known->second.option(option);
      return found ? found->title : LocalizedText{};
    };
    const std::string name = subject(stream);
    projections::AuditTrail trail(name, parts_.ledger.purpose, title_of);
    bool any = false;
    parts_.log.read_stream(name, [&](Position position, std::string_view record) {
      trail.add(position, record);
      return any = true;
    });
    if (!any) return std::move(reached).send(not_found());
    auto response =
        reads_->conditional(*reached.request, trail.finish(), parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

// ---- about the service

void Api::get_openapi(Call call) {
  auto response = json_response(200, openapi_document(parts_.version));
  response.headers.push_back({"Cache-Control", "public, max-age=3600"});
  std::move(call).send(std::move(response));
}

void Api::get_problem_page(Call call) {
  auto page = problem_page(call.parameters[0], call.language);
  if (!page) return std::move(call).send(not_found());
  Response response{
      .status = 200, .content_type = "text/plain; charset=utf-8", .headers = {}, .body = std::move(*page)};
  response.headers.push_back({"Vary", "Accept-Language"});
  std::move(call).send(std::move(response));
}

}  // namespace stimmbuch::http::api
