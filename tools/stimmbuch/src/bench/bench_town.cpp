#include "bench/bench_town.hpp"

#include <utility>

#include <fmt/format.h>

#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t admin_connections = 8;
constexpr unsigned created = 201;

// What stands behind `"token":"` in a token's document.
std::string_view token_in(std::string_view document) {
  constexpr std::string_view member = R"("token":")";
  const auto begin = document.find(member);
  if (begin == std::string_view::npos) return {};
  document.remove_prefix(begin + member.size());
  return document.substr(0, document.find('"'));
}

}  // namespace

std::expected<void, Failure> BenchTown::mint_tokens(std::uint64_t citizens) {
  const std::string run = crypto::random_id();  // other citizens than those of an earlier run
  std::vector<std::string> requests;
  requests.reserve(citizens);
  for (std::uint64_t i = 0; i < citizens; ++i) {
    requests.push_back(
        http_request("POST", "/admin/tokens", place_.admin, {},
                     fmt::format(R"({{"role":"citizen","subject":"citizen-{}-{}","ttl_s":86400}})", run, i)));
  }
  tokens_.assign(citizens, {});
  const auto minted =
      run_http_load({.server = place_.admin,
                     .what = "tokens",
                     .connections = admin_connections,
                     .requests = citizens,
                     .request = [&](std::uint64_t i) -> std::string_view { return requests[i]; },
                     .status = created,
                     .accepts =
                         [&](std::uint64_t i, std::string_view body) {
                           tokens_[i] = token_in(body);
                           return !tokens_[i].empty();
                         }},
                    console_, signals_);
  if (!minted) return std::unexpected(minted.error());
  return {};
}

std::string BenchTown::authorization(std::uint64_t citizen, std::string_view command) const {
  return fmt::format("Authorization: Bearer {}\r\nIdempotency-Key: \"bench-{}-{:012}\"\r\n", tokens_[citizen],
                     command, citizen);
}

std::expected<HttpLoadResult, Failure> BenchTown::settle(std::uint64_t citizens) {
  if (auto minted = mint_tokens(citizens); !minted) return std::unexpected(std::move(minted.error()));
  std::vector<std::string> requests;
  requests.reserve(citizens);
  for (std::uint64_t i = 0; i < citizens; ++i) {
    requests.push_back(http_request("POST", "/v1/citizens", place_.server, authorization(i, "register"),
                                    fmt::format(R"({{"name":"Citizen {}"}})", i)));
  }
  return run_http_load({.server = place_.server,
                        .what = "registrations",
                        .connections = connections_,
                        .requests = citizens,
                        .request = [&](std::uint64_t i) -> std::string_view { return requests[i]; },
                        .status = created},
                       console_, signals_);
}

HttpLoad BenchTown::votes(const std::string& poll, const client::ServerUrl& server) {
  requests_.clear();
  requests_.reserve(tokens_.size());
  for (std::uint64_t turn = 0; turn < tokens_.size(); ++turn) {
    const std::uint64_t voter = bench_voter(turn, tokens_.size());
    Json choices = Json::array();
    for (const std::size_t option : bench_choices(voter)) choices.push_back(bench_option(option));
    requests_.push_back(http_request("PUT", fmt::format("/v1/polls/{}/ballot", poll), server,
                                     authorization(voter, "vote"), json_text({{"choices", choices}})));
  }
  return {.server = server,
          .what = "votes",
          .connections = connections_,
          .requests = requests_.size(),
          .request = [this](std::uint64_t turn) -> std::string_view { return requests_[turn]; },
          .status = created};
}

}  // namespace stimmbuch::program
