#include "replication/witness_link.hpp"

#include <chrono>
#include <utility>

#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;
// Signatures are some hundred bytes.
constexpr std::size_t answer_bytes_max = 64 << 10;

}  // namespace

checkpoints::PostToWitness post_to_witness(std::filesystem::path ca_file) {
  return [ca_file = std::move(ca_file)](
             const std::string& url,
             std::string body) -> std::expected<checkpoints::WitnessAnswer, std::string> {
    auto parsed = client::parse_url(url);
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
