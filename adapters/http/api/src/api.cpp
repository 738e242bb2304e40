#include "stimmbuch/adapters/http/api/api.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "command_quota.hpp"
#include "followed_projects.hpp"
#include "followers.hpp"
#include "forwarding.hpp"
#include "reads.hpp"
#include "routes.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t key_size_min = 16;
constexpr std::size_t key_size_max = 128;
constexpr std::uint32_t revision_of_none = UINT32_MAX;  // no stream comes as far
constexpr std::size_t bulk_bytes_max = std::size_t{1} << 20;

bool is_key_character(char c) {
  return is_id({&c, 1}) || c == '.' || c == '~' || c == ':';
}

// The key of a command: a structured-field string, or leniently bare.
std::expected<std::string, Response> key_of(const Request& request) {
  if (request.fields.count("Idempotency-Key") > 1)
    return std::unexpected(invalid_header("Idempotency-Key stands twice."));
  const auto field = request.fields.find("Idempotency-Key");
  if (!field) return std::unexpected(key_missing());
  std::string_view key = *field;
  if (key.size() >= 2 && key.starts_with('"') && key.ends_with('"')) key = key.substr(1, key.size() - 2);
  if (key.size() < key_size_min || key.size() > key_size_max || !std::ranges::all_of(key, is_key_character)) {
    return std::unexpected(invalid_header(
        "Idempotency-Key is a string of 16 to 128 letters, digits and any of - . _ ~ : in quotes."));
  }
  return std::string(key);
}

// The revision that If-Match names.
std::expected<std::optional<Revision>, Response> expected_of(const Request& request) {
  const auto field = request.fields.find("If-Match");
  if (!field) return std::nullopt;
  std::string_view text = *field;
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    text = text.substr(1, text.size() - 2);
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || request.fields.count("If-Match") > 1)
    return std::unexpected(invalid_header("If-Match is one revision, such as \"3\"."));
  std::uint32_t revision = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), revision).ec;
  return Revision{error == std::errc{} ? revision : revision_of_none};
}

bool has_type(const Request& request, std::string_view type) {
  const auto field = request.fields.find("Content-Type");
  return field && equal_ignoring_case(field->substr(0, field->find(';')), type);
}

// What a command's request must have beside its right; the key goes into the call.
std::optional<Response> check_command(const Request& request, RouteKind kind, Call& call) {
  if (kind == RouteKind::bulk) {
    if (!has_type(request, "application/x-ndjson")) return unsupported_media_type("application/x-ndjson");
    if (request.fields.count("If-Match") > 0) return invalid_header("The bulk route knows no If-Match.");
    return std::nullopt;
  }
  if (kind == RouteKind::setting) return std::nullopt;
  auto key = key_of(request);
  if (!key) return std::move(key.error());
  call.client_key = std::move(*key);
  const auto expected = expected_of(request);
  if (!expected) return expected.error();
  call.expected = *expected;
  if (!request.body.empty() && !has_type(request, "application/json"))
    return unsupported_media_type("application/json");
  return std::nullopt;
}

}  // namespace

Api::Api(Parts parts)
    : parts_(std::move(parts)),
      desk_(std::make_unique<CommandDesk>(parts_.runner, parts_.log, parts_.vault, parts_.secrets,
                                          parts_.contests, TokensOf(parts_.ledger.id, parts_.epochs))),
      quota_(std::make_unique<CommandQuota>("command", parts_.commands_per_minute, std::chrono::minutes(1))),
      contributions_quota_(std::make_unique<CommandQuota>("contribution", parts_.contributions_per_hour,
                                                          std::chrono::hours(1))),
      followed_(parts_.people ? std::make_unique<FollowedProjects>(*parts_.people) : nullptr),
      reads_(std::make_unique<Reads>(
          desk_->tokens(), parts_.runner ? Reads::Beyond::nothing : Reads::Beyond::may_come, parts_.log,
          parts_.vault, parts_.texts_are_current, parts_.views, parts_.worker, parts_.pool)),
      followers_(std::make_unique<Followers>(desk_->tokens(), parts_.log, parts_.views)),
      forwarding_(std::make_unique<Forwarding>(parts_.leader, parts_.leader_link)) {}

Api::~Api() = default;

void Api::documents_changed(std::span<const projections::ChangedDocument> changed) {
  followers_->changed(changed);
}

void Api::forget_people() {
  parts_.contests.forget();
  desk_->forget_citizens();
}

void Api::stop() {
  followers_->stop();
}

RouteLimits Api::limits_of(Method method, std::string_view path) const {
  const auto found = match(method, path);
  if (!found.route) return {};
  // A version of a document comes as a whole, too.
  const bool is_document =
      found.route->handle == &Api::publish_document || found.route->handle == &Api::revise_document;
  if (is_document || found.route->kind == RouteKind::bulk)
    return {.body_bytes = bulk_bytes_max, .answer_timeout = {}};
  return {};
}

bool Api::is_the_leaders(RouteKind kind) const {
  return kind == RouteKind::personal ? parts_.people == nullptr : parts_.runner == nullptr && !is_read(kind);
}

void Api::handle(const Request& request, Responder responder) {
  Call call{.request = &request,
            .parameters = {},
            .caller = nullptr,
            .client_key = {},
            .expected = {},
            .language = preferred_language(request.fields.find("Accept-Language").value_or("")),
            .responder = std::move(responder)};
  auto found = match(request.method, request.path);
  if (!found.route) {
    return std::move(call).send(found.allow.empty() ? not_found() : method_not_allowed(found.allow));
  }
  const Route& route = *found.route;
  if (is_the_leaders(route.kind)) return forwarding_->take(std::move(call));
  call.parameters = std::move(found.parameters);
  if (route.right) {
    if (request.fields.count("Authorization") > 1) {
      return std::move(call).send(invalid_header("Authorization stands twice."));
    }
    const auto authorization = request.fields.find("Authorization").value_or("");
    auto caller = parts_.authenticator.authenticate(authorization, parts_.clock.now());
    if (!caller) return std::move(call).send(unauthenticated(caller.error()));
    if (!(*caller)->may(*route.right)) return std::move(call).send(forbidden());
    call.caller = std::move(*caller);
  }
  if (!is_read(route.kind)) {
    if (auto trouble = check_command(request, route.kind, call))
      return std::move(call).send(std::move(*trouble));
  }
  if (route.kind == RouteKind::command || route.kind == RouteKind::setting) {
    // Before anything is looked up: who has not heard of a citizen yet may not lead any more.
    if (const auto why = parts_.runner->closed_gate())
      return std::move(call).send(answer(runner::Failure{*why, {}}));
    if (const auto wait = quota_->take(call.caller->identity_row, std::chrono::steady_clock::now()))
      return std::move(call).send(quota_exceeded(*quota_, *wait));
  }
  (this->*route.handle)(std::move(call));
}

}  // namespace stimmbuch::http::api
