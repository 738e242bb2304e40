#include "access/api_client.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto tally_wait = 60s;
constexpr auto longest_pause = 1'000ms;

ExitCode code_of(client::ClientFault fault) {
  switch (fault) {
    case client::ClientFault::unreachable:
    case client::ClientFault::connection_lost:
    case client::ClientFault::timed_out:
      return ExitCode::try_later;
    case client::ClientFault::untrusted:
      return ExitCode::credentials;
    case client::ClientFault::invalid_request:
      return ExitCode::usage;
    case client::ClientFault::malformed_response:
    case client::ClientFault::response_too_large:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

ExitCode code_of(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return ExitCode::credentials;
    case 404:
      return ExitCode::not_found;
    case 429:
    case 503:
    case 504:
    case 507:
      return ExitCode::try_later;
    default:
      return ExitCode::failed;
  }
}

// What a problem document says, in one line.
std::string words_of(const client::Response& response) {
  const Json problem = Json::parse(response.body, nullptr, false);
  if (!problem.is_object()) return fmt::format("status {}", response.status);
  std::string words = problem.value("detail", problem.value("title", ""));
  if (const auto errors = problem.find("errors"); errors != problem.end() && errors->is_array()) {
    for (const Json& error : *errors) {
      if (error.is_object())
        words += fmt::format(" {}: {}", error.value("pointer", ""), error.value("detail", ""));
    }
  }
  return fmt::format("{} ({} {})", words, response.status, problem.value("code", ""));
}

// Whether an engine answers so: with JSON of some type, or a problem document. Whatever stands in between may
// say that the engine is away.
bool is_of_an_engine(const client::Response& response) {
  const auto type = response.header("Content-Type");
  if (response.status < 300)
    return type.starts_with("application/json") || type.starts_with("application/geo+json") ||
           type.starts_with("application/x-ndjson");
  return type.starts_with("application/problem+json") || code_of(response.status) == ExitCode::try_later;
}

std::unexpected<Failure> refused(const client::Response& answer, const client::Request& request) {
  return failed(code_of(answer.status),
                fmt::format("{} {}: {}", request.method, request.target, words_of(answer)));
}

std::expected<client::Response, Failure> checked(std::expected<client::Response, client::ClientError> answer,
                                                 const client::Request& request) {
  if (!answer) return failed(code_of(answer.error().fault), std::move(answer.error().message));
  if (!is_of_an_engine(*answer)) {
    const auto type = answer->header("Content-Type");
    return failed(
        ExitCode::failed,
        fmt::format("{} {}: the server is no Stimmbuch engine; it answers {} with {}", request.method,
                    request.target, answer->status, type.empty() ? "nothing" : type));
  }
  if (answer->status < 300) return std::move(*answer);
  return refused(*answer, request);
}

}  // namespace

std::expected<client::Response, Failure> ApiClient::send_raw(const client::Request& request) {
  return checked(client_.send(request), request);
}

std::expected<std::string, Failure> ApiClient::get_bytes(std::string target) {
  const client::Request request{.method = "GET", .target = std::move(target)};
  auto answer = client_.send(request);
  if (!answer) return failed(code_of(answer.error().fault), std::move(answer.error().message));
  if (answer->status >= 300) return refused(*answer, request);
  return std::move(answer->body);
}

std::expected<void, Failure> ApiClient::send_for_lines(const client::Request& request,
                                                       const client::HttpClient::LineHandler& on_line) {
  auto answer = checked(client_.send_for_lines(request, on_line), request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return {};
}

std::expected<Json, Failure> ApiClient::send(const client::Request& request) {
  auto answer = send_raw(request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  Json document = Json::parse(answer->body, nullptr, false);
  if (document.is_discarded()) {
    return failed(ExitCode::failed,
                  fmt::format("{} {}: the answer is not JSON", request.method, request.target));
  }
  return document;
}

std::unexpected<Failure> no_engine(const client::ServerUrl& server) {
  return failed(ExitCode::failed,
                fmt::format("{} is no Stimmbuch engine: it has other documents", server.text()));
}

std::expected<Json, Failure> ApiClient::get(std::string target) {
  return send({.method = "GET", .target = std::move(target)});
}

std::expected<Json, Failure> ApiClient::give(const PersonCommand& command) {
  client::Request request{.method = command.method,
                          .target = command.target,
                          .headers = {{"Idempotency-Key", '"' + command.key + '"'}}};
  if (!command.token.empty()) request.headers.push_back({"Authorization", "Bearer " + command.token});
  if (!command.body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json_text(command.body);
  }
  return send(request);
}

std::expected<Json, Failure> mint_token(ApiClient& engine, std::string_view role, std::string_view subject,
                                        std::chrono::seconds ttl) {
  return engine.send({.method = "POST",
                      .target = "/admin/tokens",
                      .headers = {{"Content-Type", "application/json"}},
                      .body = json_text({{"role", role}, {"subject", subject}, {"ttl_s", ttl.count()}})});
}

std::expected<Json, Failure> tally_at(ApiClient& client, std::string_view poll, std::uint64_t position) {
  const auto deadline = std::chrono::steady_clock::now() + tally_wait;
  const std::string target = fmt::format("/v1/polls/{}/tally", poll);
  for (auto pause = 10ms;; pause = std::min(pause * 2, longest_pause)) {
    auto tally = client.get(target);
    if (!tally && tally.error().code != ExitCode::try_later && tally.error().code != ExitCode::not_found)
      return tally;
    if (tally && position_of(tally->value("reflects", Json())) >= position) return tally;
    if (std::chrono::steady_clock::now() + pause > deadline) {
      return failed(ExitCode::try_later,
                    fmt::format("the tally of {} does not reach position {}", poll, position));
    }
    std::this_thread::sleep_for(pause);
  }
}

std::expected<std::uint64_t, Failure> projected_position(ApiClient& engine) {
  const auto projections = engine.get("/admin/projections");
  if (!projections) return std::unexpected(projections.error());
  std::uint64_t least = UINT64_MAX;
  for (const Json& item : projections->value("items", Json::array()))
    least = std::min(least, position_of(item.value("position", Json())));
  return least == UINT64_MAX ? 0 : least;
}

std::uint64_t position_of(const Json& value) {
  if (!value.is_string()) return 0;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  return error == std::errc() && end == text.data() + text.size() ? position : 0;
}

}  // namespace stimmbuch::program
