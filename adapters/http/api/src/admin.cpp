#include "stimmbuch/adapters/http/api/admin.hpp"

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "answers.hpp"
#include "json_input.hpp"
#include "query.hpp"
#include "record_lines.hpp"
#include "replication_json.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/projections/folds/figures.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t opened_entries_max = 1'000;
constexpr std::size_t citizens_per_page = 1'000;
constexpr std::int64_t both_s_max = 365 * 86'400;
constexpr std::string_view log_prefix = "/admin/log/";
constexpr std::string_view projections_path = "/admin/projections";
constexpr std::string_view projection_prefix = "/admin/projections/";

// Lines that one thread writes while a client reads them. Progress is overtaken by newer progress, so the
// queue holds at most one line of it.
class Lines {
 public:
  void progress(std::uint64_t done, std::uint64_t total) {
    const std::lock_guard lock(mutex_);
    progress_ = Json{{"type", "progress"}, {"done", done}, {"total", total}}.dump() + "\n";
    changed_.notify_one();
  }

  void finish(const Json& last) {
    const std::lock_guard lock(mutex_);
    last_ = last.dump() + "\n";
    changed_.notify_one();
  }

  // The next line; an empty one while there is nothing new, so that a thread of the pool is never held for
  // long.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds{200}, [this] { return progress_ || last_ || over_; });
    if (progress_) return std::exchange(progress_, std::nullopt);
    if (last_) {
      over_ = true;
      return std::exchange(last_, std::nullopt);
    }
    return over_ ? std::nullopt : std::optional<std::string>("\n");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> progress_;
  std::optional<std::string> last_;
  bool over_ = false;
};

Response lines_head() {
  return {.status = 200, .content_type = "application/x-ndjson", .headers = {}, .body = {}};
}

std::string_view state_name(projections::ProjectionState state) {
  return state == projections::ProjectionState::live ? "live" : "rebuilding";
}

Json describe(const projections::ProjectionStatus& status) {
  Json item{{"name", status.name},
            {"version", status.version},
            {"generation", status.generation},
            {"position", std::to_string(number(status.position))},
            {"lag", status.lag},
            {"parked", status.parked_streams},
            {"state", state_name(status.state)}};
  if (status.building) item["building"] = std::to_string(number(*status.building));
  return item;
}

std::string_view kind_name(projections::Difference::Kind kind) {
  using enum projections::Difference::Kind;
  switch (kind) {
    case missing:
      return "missing";
    case unexpected:
      return "unexpected";
    case changed:
      return "changed";
  }
  return "changed";
}

Json describe(const projections::Verification& verification) {
  Json differences = Json::array();
  for (const auto& one : verification.differences) {
    differences.push_back({{"key", one.key}, {"kind", kind_name(one.kind)}});
  }
  return {{"type", "summary"},
          {"schema", 1},
          {"position", std::to_string(number(verification.position))},
          {"rows", verification.rows},
          {"equal", verification.differing == 0},
          {"differing", verification.differing},
          {"differences", differences}};
}

Json stopped() {
  return {{"type", "error"}, {"schema", 1}, {"detail", "the engine stopped; it goes on at its next start"}};
}

Response task_refused(projections::TaskRefusal refusal) {
  if (refusal == projections::TaskRefusal::unknown_projection) return not_found();
  return overloaded();
}

}  // namespace

void Admin::handle(const Request& request, Responder responder) {
  const bool reads = request.method == Method::get;
  const bool posts = request.method == Method::post;
  std::string_view path = request.path;
  if (!path.starts_with("/admin/")) {
    if (path.starts_with("/v1/") || path.starts_with("/problems/"))
      return parts_.api.handle(request, std::move(responder));
    return parts_.health.handle(request, std::move(responder));
  }
  if (reads && path == "/admin/ledger") return describe_ledger(std::move(responder));
  if (reads && path == "/admin/replication") return describe_replication(std::move(responder));
  if (posts && path == "/admin/promote") return promote(std::move(responder));
  if (posts && path == "/admin/tokens") return mint_token(request, std::move(responder));
  if (reads && path == "/admin/records") return send_records(request, std::move(responder));
  if (reads && path.starts_with(log_prefix)) {
    path.remove_prefix(log_prefix.size());
    return send_log_file(path, std::move(responder));
  }
  if (posts && path == "/admin/log/rotate-key") return rotate_key(request, std::move(responder));
  if (posts && path == "/admin/backup") return back_up(request, std::move(responder));
  if (posts && path == "/admin/checkpoints") return make_checkpoint(request, std::move(responder));
  if (posts && path == "/admin/rolls") return open_roll(request, std::move(responder));
  if (posts && path == "/admin/vault/sweep") return sweep(SweepOrder::sweep, std::move(responder));
  if (posts && path == "/admin/vault/rotate") return rotate_keys(request, std::move(responder));
  if (reads && path == projections_path) return list_projections(std::move(responder));
  if (posts && path.starts_with(projection_prefix)) {
    path.remove_prefix(projection_prefix.size());
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    const auto action = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (action == "rebuild") return rebuild(name, std::move(responder));
    if (action == "verify") return verify(name, std::move(responder));
  }
  std::move(responder).send(not_found());
}

void Admin::describe_ledger(Responder responder) const {
  const ledger::Created& created = parts_.ledger;
  const Json body{{"ledger", created.id.text()},
                  {"purpose", codec::names<ledger::Purpose>[static_cast<std::size_t>(created.purpose)]},
                  {"origin", parts_.log_files.origin()},
                  {"epoch", parts_.epochs.last()},
                  {"head", std::to_string(number(parts_.log.head()))},
                  {"version", parts_.version}};
  std::move(responder).send(json_response(200, body.dump()));
}

void Admin::describe_replication(Responder responder) const {
  std::move(responder).send(json_response(200, to_json(parts_.replication()).dump()));
}

void Admin::promote(Responder responder) const {
  const Replication replication = parts_.replication();
  std::string why = replication.not_promotable;
  if (replication.role != Replication::Role::follower) why = "this node is no follower";
  if (!why.empty()) return std::move(responder).send(validation_failed({{"#", "not_promotable", why}}));
  std::move(responder).send(json_response(202, "{}"));
  parts_.promote();
}

void Admin::mint_token(const Request& request, Responder responder) const {
  const auto body = parse_object(request.body);
  if (!body) return std::move(responder).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const auto role = identity::parse_role(in.required_text("role"));
  const std::string subject = in.required_text("subject");
  const std::chrono::seconds ttl{in.integer("ttl_s", 3600)};
  in.finish();
  if (!role) in.report("role", "unknown_value", "There is no such role.");
  if (parts_.tokens == nullptr) in.report("role", "no_key", "This node has no key to make tokens with.");
  if (!errors.empty()) return std::move(responder).send(validation_failed(errors));
  const Time now = parts_.clock.now();
  const auto token = parts_.tokens->mint(*role, subject, ttl, now);
  if (!token) {
    errors.push_back({"#", "refused", std::string(token.error().text)});
    return std::move(responder).send(validation_failed(errors));
  }
  const Json answer{{"token", *token}, {"expires", codec::TimeText(now + ttl).view()}};
  std::move(responder).send(json_response(201, answer.dump()));
}

void Admin::send_records(const Request& request, Responder responder) const {
  const auto after = query_number(request.query, "after", 0);
  const auto limit = query_number(request.query, "limit", UINT64_MAX);
  if (!after || !limit) return std::move(responder).send(malformed("after and limit are whole numbers"));
  const Position head = parts_.log.head();
  const Position first{std::min(*after, number(head))};
  const Position last = first + std::min(*limit, head - first);
  std::move(responder).send_chunks(lines_head(), record_lines(parts_.log, first, last));
}

void Admin::send_log_file(std::string_view path, Responder responder) const {
  auto waiting = std::make_shared<Responder>(std::move(responder));
  const bool taken = parts_.pool.try_run([this, waiting, path = std::string(path)] {
    auto file = parts_.log_files.read(path);
    if (!file) return std::move(*waiting).send(not_found());
    std::move(*waiting).send({.status = 200,
                              .content_type = "application/octet-stream",
                              .headers = {},
                              .body = std::move(file->bytes)});
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

void Admin::rotate_key(const Request& request, Responder responder) const {
  const auto body = parse_object(request.body);
  if (!body) return std::move(responder).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const auto both_s = in.integer("both_s", 0);
  in.finish();
  if (both_s < 0 || both_s > both_s_max)
    in.report("both_s", "out_of_range", "From 0 to the seconds of a year.");
  if (!errors.empty()) return std::move(responder).send(validation_failed(errors));
  auto waiting = std::make_shared<Responder>(std::move(responder));
  const bool taken = parts_.pool.try_run([this, waiting, both_for = std::chrono::seconds{both_s}] {
    const auto changed = parts_.rotate_key(both_for);
    if (!changed) return std::move(*waiting).send(validation_failed({{"#", "refused", changed.error()}}));
    const Json answer{{"position", std::to_string(number(changed->position))},
                      {"vkey", changed->vkey},
                      {"both_until", codec::TimeText(changed->both_until).view()}};
    std::move(*waiting).send(json_response(201, answer.dump()));
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

void Admin::list_projections(Responder responder) const {
  Json items = Json::array();
  for (const auto& status : parts_.worker.list()) items.push_back(describe(status));
  std::move(responder).send(json_response(200, Json{{"items", items}}.dump()));
}

void Admin::rebuild(std::string_view name, Responder responder) const {
  struct Rebuild {
    Lines lines;
    std::future<bool> done;
  };
  auto task = std::make_shared<Rebuild>();
  auto started = parts_.worker.rebuild(
      name, [task](std::uint64_t done, std::uint64_t total) { task->lines.progress(done, total); });
  if (!started) return std::move(responder).send(task_refused(started.error()));
  task->done = std::move(*started);
  std::move(responder).send_chunks(lines_head(), [task]() -> std::optional<std::string> {
    if (task->done.valid() && task->done.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
      task->lines.finish(task->done.get() ? Json{{"type", "summary"}, {"schema", 1}} : stopped());
    }
    return task->lines.next();
  });
}

void Admin::verify(std::string_view name, Responder responder) const {
  struct Verify {
    Lines lines;
    std::future<std::optional<projections::Verification>> done;
  };
  auto task = std::make_shared<Verify>();
  auto started = parts_.worker.verify(
      name, [task](std::uint64_t done, std::uint64_t total) { task->lines.progress(done, total); });
  if (!started) return std::move(responder).send(task_refused(started.error()));
  task->done = std::move(*started);
  std::move(responder).send_chunks(lines_head(), [task]() -> std::optional<std::string> {
    if (task->done.valid() && task->done.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
      const auto verification = task->done.get();
      task->lines.finish(verification ? describe(*verification) : stopped());
    }
    return task->lines.next();
  });
}

// Where other nodes hold the keys, they get the new ones first: what is sealed under them could not be read
// there.
void Admin::rotate_keys(const Request& request, Responder responder) const {
  const auto body = parse_object(request.body.empty() ? "{}" : request.body);
  if (!body) return std::move(responder).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const bool nodes = in.boolean("nodes", false);
  in.finish();
  if (!errors.empty()) return std::move(responder).send(validation_failed(errors));
  const bool only_prepares = parts_.has_other_key_nodes() && !nodes;
  sweep(only_prepares ? SweepOrder::prepare_keys : SweepOrder::rotate, std::move(responder));
}

void Admin::sweep(SweepOrder order, Responder responder) const {
  if (!parts_.sweep) {
    return std::move(responder).send(validation_failed(
        {{"#", "not_the_leader", "This node destroys nothing by itself: the leader of its ledger does."}}));
  }
  auto lines = std::make_shared<Lines>();
  parts_.sweep(order, [lines, order](const SweepAnswer& answer) {
    if (!answer.trouble.empty())
      return lines->finish({{"type", "error"}, {"schema", 1}, {"detail", answer.trouble}});
    lines->finish({{"type", "summary"},
                   {"schema", 1},
                   {"people", answer.people},
                   {"texts", answer.texts},
                   {"secrets", answer.secrets},
                   {"released", answer.released},
                   {"waiting", answer.waiting},
                   {"rotated", answer.rotated},
                   {"backup", answer.backup},
                   {"prepared", order == SweepOrder::prepare_keys}});
  });
  std::move(responder).send_chunks(lines_head(), [lines] { return lines->next(); });
}

void Admin::make_checkpoint(const Request& request, Responder responder) const {
  copy_to_directory(request, std::move(responder),
                    [this](const std::string& directory) -> std::expected<Position, std::string> {
                      const Position head = parts_.log.head();
                      if (const auto made = parts_.log.hard_link_checkpoint(directory); !made)
                        return std::unexpected(made.error());
                      return head;
                    });
}

void Admin::back_up(const Request& request, Responder responder) const {
  copy_to_directory(request, std::move(responder),
                    [this](const std::string& directory) { return parts_.back_up(directory); });
}

// Makes the directory that the body names, on the pool.
void Admin::copy_to_directory(const Request& request, Responder responder, MakeCopy make) const {
  const auto body = parse_object(request.body);
  if (!body) return std::move(responder).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const std::string directory = in.required_text("directory");
  in.finish();
  if (!errors.empty()) return std::move(responder).send(validation_failed(errors));
  auto waiting = std::make_shared<Responder>(std::move(responder));
  const bool taken = parts_.pool.try_run([waiting, directory, make = std::move(make)] {
    const auto head = make(directory);
    if (!head) {
      return std::move(*waiting).send(validation_failed({{"#/directory", "refused", head.error()}}));
    }
    const Json answer{{"directory", directory}, {"head", std::to_string(number(*head))}};
    std::move(*waiting).send(json_response(201, answer.dump()));
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

// Nothing joins a pseudonym and a citizen but the contest's secret: so everybody's pseudonym is made again.
void Admin::open_roll(const Request& request, Responder responder) const {
  const auto body = parse_object(request.body);
  if (!body) return std::move(responder).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const auto poll = in.id<PollId>("poll");
  std::set<std::string> wanted;
  in.each("voters", [&](const Json& value, const std::string&) {
    if (value.is_string()) wanted.insert(value.get<std::string>());
  });
  in.finish();
  if (wanted.size() > opened_entries_max)
    in.report("voters", "too_many", "At most 1 000 entries are opened at once.");
  if (!errors.empty()) return std::move(responder).send(validation_failed(errors));
  auto waiting = std::make_shared<Responder>(std::move(responder));
  const bool taken = parts_.pool.try_run([this, waiting, poll, wanted = std::move(wanted)] {
    const auto contest = parts_.contests.get(poll);
    if (!contest) return std::move(*waiting).send(not_found());
    Json openings = Json::array();
    std::optional<std::string> after = "";
    while (after && openings.size() < wanted.size()) {
      const auto page = parts_.views.rows("figures", projections::citizen_rows, *after, citizens_per_page);
      if (!page) return std::move(*waiting).send(rebuilding());
      for (const auto& [id, row] : page->rows) {
        const auto citizen = CitizenId::parse(id);
        if (!citizen) continue;
        const auto voter = vault::voter_pseudonym(*contest, *citizen);
        if (!wanted.contains(std::string(voter.text()))) continue;
        openings.push_back({{"voter", voter.text()},
                            {"citizen", citizen->text()},
                            {"number", to_base64url(vault::roll_number(*contest, *citizen))}});
      }
      after = page->next;
    }
    std::move(*waiting).send(json_response(200, Json{{"openings", std::move(openings)}}.dump()));
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

}  // namespace stimmbuch::http::api
