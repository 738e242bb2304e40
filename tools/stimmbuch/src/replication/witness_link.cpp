#include "replication/witness_link.hpp"

#include <algorithm>
#include <chrono>

#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;
constexpr std::string_view scheme = "http://";
// Signatures are some hundred bytes.
constexpr std::size_t answer_bytes_max = 64 << 10;

}  // namespace

std::expected<std::pair<client::ServerUrl, std::string>, std::string> parse_witness_url(
    std::string_view url) {
  if (url.starts_with("https://")) {
    return std::unexpected(
        "the engine speaks to witnesses without TLS: let a proxy on this machine, such as stunnel, bring " +
        std::string(url) + " to an http:// address");
  }
  const auto slash = url.find('/', std::min(scheme.size(), url.size()));
  auto server = client::parse_server_url(url.substr(0, slash));
  if (!server) return std::unexpected(server.error());
  auto path = std::string(slash == std::string_view::npos ? std::string_view{} : url.substr(slash));
  return std::pair(std::move(*server), std::move(path));
}

std::expected<checkpoints::WitnessAnswer, std::string> post_to_witness(const std::string& url,
                                                                       std::string body) {
  auto parsed = parse_witness_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  client::HttpClient client(std::move(parsed->first), {},
                            {.connect_timeout = patience,
                             .silence_timeout = patience,
                             .max_body_bytes = answer_bytes_max,
                             .max_attempts = 1});
  auto answer = client.send({.method = "POST", .target = std::move(parsed->second), .body = std::move(body)});
  if (!answer) return std::unexpected(answer.error().message);
  return checkpoints::WitnessAnswer{.status = answer->status, .body = std::move(answer->body)};
}

}  // namespace stimmbuch::program
