#include "replication/leader_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

// What a leader looks at, and what a client of it reads; everything else belongs to one connection.
constexpr auto request_fields =
    std::to_array<std::string_view>({"Authorization", "Idempotency-Key", "If-Match", "If-None-Match",
                                     "Content-Type", "Accept-Language", "Prefer", "Consistency-Token"});
constexpr auto response_fields =
    std::to_array<std::string_view>({"ETag", "Cache-Control", "Consistency-Token", "Projection-Lag",
                                     "Retry-After", "RateLimit-Policy", "RateLimit", "Idempotency-Replayed",
                                     "WWW-Authenticate", "Allow", "Content-Language", "Vary", "Location"});
constexpr auto content_types =
    std::to_array<std::string_view>({"application/json", "application/problem+json", "application/x-ndjson"});

// A request is sent once: whoever sent it to us repeats it.
client::ClientOptions options(const std::filesystem::path& ca_file) {
  return {.ca_file = ca_file,
          .connect_timeout = 2s,
          .silence_timeout = 10s,
          .max_body_bytes = std::size_t{8} << 20,
          .max_attempts = 1};
}

client::Request translated(const http::Request& request) {
  client::Request sent{.method = std::string(name_of(request.method)),
                       .target = std::string(request.target),
                       .headers = {{"Via", std::string(http::api::forwarded_via)}},
                       .body = std::string(request.body)};
  for (const auto name : request_fields) {
    if (const auto value = request.fields.find(name))
      sent.headers.push_back({std::string(name), std::string(*value)});
  }
  return sent;
}

http::Response translated(client::Response response) {
  http::Response given{.status = response.status, .content_type = {}, .headers = {}, .body = {}};
  const auto type = response.header("Content-Type");
  const auto* const known = std::ranges::find(content_types, type);
  if (known != content_types.end()) given.content_type = *known;
  for (const auto name : response_fields) {
    if (const auto value = response.header(name); !value.empty())
      given.headers.push_back({name, std::string(value)});
  }
  given.body = std::move(response.body);
  return given;
}

}  // namespace

std::expected<http::Response, http::api::LinkTrouble> LeaderClient::send(const http::Request& request) {
  auto client = take_client();
  auto answer = client.send(translated(request));
  give_back(std::move(client));
  const bool is_distrusted = !answer && answer.error().fault == client::ClientFault::untrusted;
  tell_distrust(is_distrusted ? answer.error().message : "");
  if (answer) return translated(std::move(*answer));
  using enum http::api::LinkTrouble;
  const bool was_sent = !is_distrusted && answer.error().fault != client::ClientFault::unreachable;
  return std::unexpected(was_sent ? unanswered : unreachable);
}

void LeaderClient::tell_distrust(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (why != distrust_ && !why.empty()) spdlog::warn("nothing is sent on to the leader: {}", why);
  distrust_ = why;
}

client::HttpClient LeaderClient::take_client() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return {leader_, "", options(ca_file_)};
  auto client = std::move(idle_.back());
  idle_.pop_back();
  return client;
}

void LeaderClient::give_back(client::HttpClient client) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(client));
}

}  // namespace stimmbuch::program
