#include "bench/bench_poll.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "import/bulk_sender.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::hours token_ttl{24};
constexpr std::size_t choices_max = 3;

// Spreads numbers over all 64 bits (SplitMix64).
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

Json options() {
  Json all = Json::array();
  for (std::size_t i = 0; i < bench_options; ++i) {
    all.push_back({{"id", bench_option(i)}, {"title", {{"en", fmt::format("Idea {}", i + 1)}}}});
  }
  return all;
}

}  // namespace

std::string bench_option(std::size_t index) {
  return fmt::format("idea-{}", index + 1);
}

std::vector<std::size_t> bench_choices(std::uint64_t voter) {
  const std::uint64_t chance = mixed(voter);
  const std::size_t number = 1 + chance % choices_max;
  const std::size_t first = (chance >> 16) % bench_options;
  const std::size_t step = 1 + (chance >> 32) % 3;
  std::vector<std::size_t> chosen;
  chosen.reserve(number);
  for (std::size_t i = 0; i < number; ++i) chosen.push_back((first + i * step) % bench_options);
  return chosen;
}

std::uint64_t bench_voter(std::uint64_t turn, std::uint64_t voters) {
  constexpr std::uint64_t prime = 2'654'435'761;
  return turn * prime % voters;
}

std::expected<void, Failure> check_bench_tally(const Json& tally, std::uint64_t voters) {
  std::array<std::uint64_t, bench_options> votes{};
  for (std::uint64_t voter = 0; voter < voters; ++voter) {
    for (const std::size_t option : bench_choices(voter)) ++votes[option];
  }
  const auto differs = [](std::string_view what, std::uint64_t sent, std::uint64_t found) {
    return failed(ExitCode::differences,
                  fmt::format("the tally has {} {}, not the {} that were sent", found, what, sent));
  };
  if (const auto ballots = tally.at("ballots").get<std::uint64_t>(); ballots != voters)
    return differs("ballots", voters, ballots);
  for (std::size_t i = 0; i < bench_options; ++i) {
    std::uint64_t found = 0;
    for (const Json& option : tally.at("options")) {
      if (option.at("id") == bench_option(i)) found = option.at("votes").get<std::uint64_t>();
    }
    if (found != votes[i]) return differs("votes for " + bench_option(i), votes[i], found);
  }
  return {};
}

std::expected<BenchPoll, Failure> BenchPoll::open(const client::ServerUrl& server, ApiClient& admin,
                                                  Voters voters) {
  const auto token = mint_token(admin, voters == Voters::imported ? "operator" : "staff", "bench", token_ttl);
  if (!token) return std::unexpected(token.error());
  BenchPoll poll(crypto::random_id(), voters, ApiClient(server, token->value("token", "")));
  const Json project = {{"title", {{"en", "Benchmark"}}}};
  const Json draft = {
      {"project", poll.id_}, {"title", {{"en", "Which ideas shall we realise?"}}},
      {"kind", "approval"},  {"min", 1},
      {"max", choices_max},  {"rule", {{"kind", "most_votes"}, {"winners", 3}, {"ties", "declared_order"}}},
      {"options", options()}};
  auto opened = voters == Voters::imported ? poll.open_for_import(project, draft)
                                           : poll.open_for_citizens(project, draft);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return poll;
}

std::expected<void, Failure> BenchPoll::open_for_citizens(const Json& project, const Json& draft) {
  Json named = project;
  named["id"] = id_;
  auto done = give("/v1/projects", "project", named);
  named = draft;
  named["id"] = id_;
  if (done) done = give("/v1/polls", "draft", named);
  if (done) done = give(fmt::format("/v1/polls/{}/open", id_), "open", {});
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

std::expected<void, Failure> BenchPoll::open_for_import(const Json& project, const Json& draft) {
  Json named = draft;
  named["imported"] = true;
  named["changeable"] = false;
  Json whole = project;
  whole["project"] = id_;
  BulkSender sender(official_);
  const auto done =
      sender.require({line("OpenProject", whole), line("DraftPoll", named), line("OpenPoll", {})});
  if (!done) return std::unexpected(done.error());
  return {};
}

std::expected<Json, Failure> BenchPoll::close() {
  const auto closed = voters_ == Voters::imported ? BulkSender(official_).require({line("ClosePoll", {})})
                                                  : give(fmt::format("/v1/polls/{}/close", id_), "close", {});
  if (!closed) return std::unexpected(closed.error());
  return tally_at(official_, id_, *closed);
}

std::expected<Json, Failure> BenchPoll::count() {
  const auto counted = give(fmt::format("/v1/polls/{}/count", id_), "count", {});
  if (!counted) return std::unexpected(counted.error());
  return tally_at(official_, id_, *counted);
}

std::expected<std::uint64_t, Failure> BenchPoll::give(std::string target, std::string_view step,
                                                      const Json& body) {
  const auto done = official_.give(
      {.target = std::move(target), .key = fmt::format("bench-{}-{}", id_, step), .token = {}, .body = body});
  if (!done) return std::unexpected(done.error());
  return position_of(done->value("position", Json()));
}

std::string BenchPoll::line(std::string_view type, const Json& members) const {
  Json command = {{"key", fmt::format("bench-{}-{}", id_, type)}, {"type", type}};
  if (type != "OpenProject") command["poll"] = id_;
  if (members.is_object()) command.update(members);
  return json_text(command);
}

}  // namespace stimmbuch::program
