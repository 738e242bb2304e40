#include "answers.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>

namespace stimmbuch::http::api {

namespace {

constexpr auto types = std::to_array<ProblemType>({
    {"malformed-request", 400, "Malformed request",
     "The body is not what the route reads. Send a JSON object in UTF-8."},
    {"invalid-header", 400, "Invalid header",
     "A header field does not have the form that the documentation gives."},
    {"idempotency-key-missing", 400, "Idempotency-Key missing",
     "Commands carry a key of the client's making, so that a repeat has no second effect: Idempotency-Key: "
     "\"<unique>\"."},
    {"unauthenticated", 401, "Not authenticated", "Send a valid token: Authorization: Bearer <token>."},
    {"forbidden", 403, "Forbidden", "The token's role does not have this right."},
    {"not-found", 404, "Not found", "There is nothing here, or nothing that this caller may know of."},
    {"method-not-allowed", 405, "Method not allowed",
     "The resource answers the methods in the field Allow only."},
    {"command-rejected", 409, "Command rejected",
     "The rules refuse the command as things stand; nothing was changed. The member code says why."},
    {"too-many-follows", 409, "Too many follows",
     "You follow as many projects as one may. End following one that you no longer want to hear of."},
    {"position-ahead-of-log", 409, "Position ahead of log",
     "The consistency token names a position that does not exist."},
    {"log-identity-changed", 410, "Log identity changed",
     "The consistency token comes from another ledger or a lost part of this one. Drop it and read again."},
    {"cursor-expired", 410, "Cursor expired", "The list cannot be continued from this cursor. Start again."},
    {"precondition-failed", 412, "Precondition failed",
     "The resource has another revision than If-Match names. Read it again and decide anew."},
    {"unsupported-media-type", 415, "Unsupported media type",
     "The body is of another type than the route reads."},
    {"validation-failed", 422, "Validation failed",
     "The body is JSON but says something that a command cannot say; errors lists each place. Nothing was "
     "changed."},
    {"idempotency-key-reused", 422, "Idempotency-Key reused",
     "The key was used for another command on the same resource. Make a new key for a new command."},
    {"quota-exceeded", 429, "Quota exceeded",
     "The token has given as many commands as it may in a minute; nothing was written. Repeat after "
     "Retry-After "
     "with the same key."},
    {"overloaded", 503, "Overloaded",
     "More is waiting than can be served soon. Repeat after Retry-After with the same key."},
    {"read-only", 503, "Read only",
     "The ledger takes no commands now. Nothing was written; repeat later with the same key."},
    {"outcome-unknown", 503, "Outcome unknown",
     "The engine ended while the command was written. Repeat it with the same key: it takes effect once."},
    {"tally-provisional", 503, "Tally provisional",
     "A record of the poll could not be folded, so its ballots are not all counted. Operations must see to "
     "it."},
    {"not-the-leader", 503, "Not the leader",
     "This node follows another one: it takes no commands and does not know who anybody is; nothing was "
     "written. Send the request to the leader, which the member leader names where this node knows it."},
    {"follower-behind", 503, "Follower behind",
     "This node follows another one and has not received what the consistency token names. Repeat after "
     "Retry-After, or ask another node."},
    {"texts-behind", 503, "Texts behind",
     "This node has not heard for a while which texts were destroyed, so it shows none. Ask another node, or "
     "repeat after Retry-After."},
    {"projection-rebuilding", 503, "Projection rebuilding",
     "The view is being built from the log. Repeat after Retry-After."},
    {"projection-behind", 504, "Projection behind",
     "What was asked for is not counted yet. Repeat after Retry-After, or send Prefer: handling=lenient."},
    {"disk-nearly-full", 507, "Disk nearly full",
     "Nothing was written. Operations must free space; then repeat."},
});

const ProblemType& type(std::string_view name) {
  const auto* const found = std::ranges::find(types, name, &ProblemType::name);
  if (found == types.end()) throw std::logic_error("a problem type without a row");
  return *found;
}

// A problem whose code is its type's name in snake case.
Response of_type(std::string_view name, std::string_view detail, std::string_view more_members = {}) {
  const ProblemType& row = type(name);
  std::string code(name);
  std::ranges::replace(code, '-', '_');
  return problem(Problem{row.status, row.name, code, row.title, detail, more_members});
}

Response retry_later(Response response) {
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

unsigned status_of(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::conflict:
      return 409;
    case RefusalKind::unacceptable:
      return 422;
    case RefusalKind::forbidden:
      return 403;
    case RefusalKind::gone:
      return 410;
    case RefusalKind::not_found:
      return 404;
  }
  return 409;
}

}  // namespace

std::span<const ProblemType> problem_types() {
  return types;
}

Response json_response(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .headers = {}, .body = std::move(body)};
}

Response malformed(std::string_view detail) {
  return of_type("malformed-request", detail);
}

Response invalid_header(std::string_view detail) {
  return of_type("invalid-header", detail);
}

Response validation_failed(const InputErrors& errors) {
  std::string members = "\"errors\":[";
  for (const InputError& error : errors) {
    if (members.back() != '[') members += ',';
    members += "{\"detail\":";
    append_json_string(members, error.detail);
    members += ",\"pointer\":";
    append_json_string(members, error.pointer);
    members += ",\"code\":";
    append_json_string(members, error.code);
    members += '}';
  }
  members += ']';
  return of_type("validation-failed", "The body does not say what the command needs; see errors.", members);
}

Response unauthenticated(const identity::AuthError& error) {
  auto response = of_type("unauthenticated", error.text);
  response.headers.push_back({"WWW-Authenticate", identity::challenge(error)});
  return response;
}

Response forbidden() {
  return of_type("forbidden", "The token's role does not have this right.");
}

Response not_found() {
  return of_type("not-found", "There is nothing here.");
}

Response method_not_allowed(std::string_view allow) {
  auto response = of_type("method-not-allowed", "The resource does not answer this method.");
  response.headers.push_back({"Allow", std::string(allow)});
  return response;
}

Response unsupported_media_type(std::string_view expected) {
  return of_type("unsupported-media-type", "The route reads " + std::string(expected) + ".");
}

Response overloaded() {
  return retry_later(
      of_type("overloaded", "More commands are waiting than can be served soon; nothing was written."));
}

// Draft 11 of the RateLimit fields. Clients that were told together shall not come together.
Response quota_exceeded(const CommandQuota& quota, std::chrono::seconds wait) {
  static std::atomic<unsigned> told = 0;
  constexpr unsigned spread_s = 3;
  const auto name = '"' + std::string(quota.name()) + '"';
  auto response = of_type("quota-exceeded",
                          "This token has given as many of these commands as it may in " +
                              std::to_string(quota.window().count()) + " seconds.",
                          R"("violated-policies":[)" + name + "]");
  response.headers.push_back({"Retry-After", std::to_string(wait.count() + told++ % spread_s)});
  response.headers.push_back({"RateLimit-Policy", name + ";q=" + std::to_string(quota.most()) +
                                                      ";w=" + std::to_string(quota.window().count())});
  response.headers.push_back({"RateLimit", name + ";r=0;t=" + std::to_string(wait.count())});
  return response;
}

Response too_many_follows(std::size_t most) {
  return of_type("too-many-follows", "Nobody follows more than " + std::to_string(most) + " projects.");
}

Response key_missing() {
  return of_type("idempotency-key-missing",
                 "A command needs the field Idempotency-Key with a key of 16 to 128 characters.");
}

Response projection_behind(Position required, Position current) {
  const std::string members = R"("required":")" + std::to_string(number(required)) + R"(","current":")" +
                              std::to_string(number(current)) + R"(","retry_after_ms":1000)";
  return retry_later(
      of_type("projection-behind", "The view does not show yet what the token names.", members));
}

Response follower_behind(Position required, Position head) {
  const std::string members = R"("required":")" + std::to_string(number(required)) + R"(","head":")" +
                              std::to_string(number(head)) + R"(","lag":)" + std::to_string(required - head) +
                              R"(,"retry_after_ms":1000)";
  return retry_later(
      of_type("follower-behind", "This node has not received yet what the token names.", members));
}

Response not_the_leader(std::string_view leader) {
  std::string members;
  if (!leader.empty()) {
    members = R"("leader":)";
    append_json_string(members, leader);
  }
  return retry_later(
      of_type("not-the-leader", "This node follows another one; nothing was written.", members));
}

Response texts_behind() {
  return retry_later(
      of_type("texts-behind", "This node has not heard for a while which texts were destroyed."));
}

Response rebuilding() {
  return retry_later(
      of_type("projection-rebuilding", "The view is being built from the log; ask again in a while."));
}

Response position_ahead() {
  return of_type("position-ahead-of-log", "The token names a position that this ledger does not have.");
}

Response identity_changed() {
  return of_type("log-identity-changed", "The token comes from another ledger; drop it.");
}

Response answer(const CountTrouble& trouble, Language language) {
  if (const auto* const rejection = std::get_if<Rejection>(&trouble)) return answer(*rejection, language);
  switch (std::get<TallyTrouble>(trouble)) {
    case TallyTrouble::behind:
      return retry_later(
          of_type("projection-behind", "The tally has not seen the last ballots yet; count again."));
    case TallyTrouble::provisional:
      return of_type("tally-provisional", "The tally lacks ballots that could not be read.");
  }
  return overloaded();
}

Response answer(const Rejection& rejection, Language language) {
  const stimmbuch::RefusalText& text = stimmbuch::text_of(rejection.refusal);
  std::string members;
  if (!rejection.where.empty()) {
    members = "\"pointer\":";
    append_json_string(members, "#" + rejection.where);
  }
  auto response =
      problem(Problem{status_of(text.kind), "command-rejected", text.code, type("command-rejected").title,
                      language == Language::de ? text.de : text.en, members});
  response.headers.push_back({"Content-Language", language == Language::de ? "de" : "en"});
  return response;
}

Response answer(LinkTrouble trouble) {
  switch (trouble) {
    case LinkTrouble::unreachable:
      return retry_later(
          of_type("read-only", "The leader cannot be reached from here; nothing was written."));
    case LinkTrouble::unanswered:
      return retry_later(
          of_type("outcome-unknown", "The leader did not answer; repeat the request with the same key."));
  }
  return overloaded();
}

Response answer(const runner::Failure& failure) {
  using enum runner::Failure::Kind;
  switch (failure.kind) {
    case key_reused:
      return of_type("idempotency-key-reused", "This key was used for another command on this resource.");
    case revision_differs:
      return of_type("precondition-failed", "The resource has another revision than If-Match names.");
    case disk_nearly_full:
      return of_type("disk-nearly-full", "The disk is nearly full; nothing was written.");
    case clock_unreliable:
      return retry_later(of_type("read-only", "The machine's clocks disagree; nothing was written."));
    case outcome_unknown:
      return retry_later(of_type("outcome-unknown", "A write failed; repeat the command with the same key."));
    case no_broker:
      return retry_later(of_type("read-only", "The broker cannot commit; nothing was written."));
    case no_leader:
      return not_the_leader({});
    case stopping:
      return retry_later(of_type("read-only", "The engine is stopping; nothing was written."));
  }
  return overloaded();
}

}  // namespace stimmbuch::http::api
