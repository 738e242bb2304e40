#include "replication/witness_link.hpp"

#include <chrono>
#include <utility>

#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;
constexpr std::string_view scheme_end = "://";
// Signatures are some hundred bytes.
constexpr std::size_t answer_bytes_max = 64 << 10;

}  // namespace

std::expected<std::pair<client::ServerUrl, std::string>, std::string> parse_witness_url(
    std::string_view url) {
  const auto scheme = url.find(scheme_end);
  if (scheme == std::string_view::npos) return std::unexpected("a witness is written https://HOST/PATH");
  const auto slash = url.find('/', scheme + scheme_end.size());
  auto server = client::parse_server_url(url.substr(0, slash));
  if (!server) return std::unexpected(server.error());
  auto path = std::string(slash == std::string_view::npos ? std::string_view{} : url.substr(slash));
  return std::pair(std::move(*server), std::move(path));
}

checkpoints::PostToWitness post_to_witness(std::filesystem::path ca_file) {
  return [ca_file = std::move(ca_file)](
             const std::string& url,
             std::string body) -> std::expected<checkpoints::WitnessAnswer, std::string> {
    auto parsed = parse_witness_url(url);
    if (!parsed) return std::unexpected(parsed.error());
    client::HttpClient client(std::move(parsed->first), {},
                              {.ca_file = ca_file,
                               .connect_timeout = patience,
                               .silence_timeout = patience,
                               .max_body_bytes = answer_bytes_max,
                               .max_attempts = 1});
    auto answer =
        client.send({.method = "POST", .target = std::move(parsed->second), .body = std::move(body)});
    if (!answer) return std::unexpected(answer.error().message);
    return checkpoints::WitnessAnswer{.status = answer->status, .body = std::move(answer->body)};
  };
}

}  // namespace stimmbuch::program
