#include "bench/import_bench.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "access/api_client.hpp"
#include "access/data_directory.hpp"
#include "bench/bench_poll.hpp"
#include "bench/child_program.hpp"
#include "bench/served_engine.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::hours token_ttl{24};

}  // namespace

void write_bench_election(const std::filesystem::path& file, std::uint64_t ballots) {
  std::array<std::uint64_t, bench_options> votes{};
  for (std::uint64_t voter = 0; voter < ballots; ++voter) {
    for (const std::size_t option : bench_choices(voter)) ++votes[option];
  }
  std::ofstream out;
  out.exceptions(std::ios::failbit | std::ios::badbit);
  out.open(file);
  out << "META\nkey;value\ndescription;Benchmark\ncountry;Nowhere\nunit;Bench\ninstance;2026\n"
      << "num_projects;" << bench_options << "\nnum_votes;" << ballots
      << "\nbudget;500000\nvote_type;approval\nrule;greedy\ncurrency;EUR\nmin_length;1\nmax_length;3\n"
      << "PROJECTS\nproject_id;cost;votes;name\n";
  for (std::size_t i = 0; i < bench_options; ++i) {
    out << fmt::format("{};{};{};Idea {}\n", bench_option(i), 50'000 + 10'000 * i, votes[i], i + 1);
  }
  out << "VOTES\nvoter_id;vote\n";
  for (std::uint64_t voter = 0; voter < ballots; ++voter) {
    std::vector<std::string> choices;
    for (const std::size_t option : bench_choices(voter)) choices.push_back(bench_option(option));
    out << fmt::format("{};{}\n", voter, fmt::join(choices, ","));
  }
  out.close();
}

std::expected<Json, Failure> bench_import(const std::filesystem::path& data,
                                          const std::filesystem::path& file,
                                          const std::vector<std::string>& progress) {
  const auto engine = ServedEngine::start(data);
  if (!engine) return std::unexpected(engine.error());
  ApiClient admin(operator_url(data), {});
  const auto token = mint_token(admin, "operator", "bench", token_ttl);
  if (!token) return std::unexpected(token.error());
  const auto token_file = data / "bench.token";
  std::ofstream(token_file) << token->value("token", "");

  const double cpu_before_us = engine->cpu_us();
  std::vector<std::string> words{
      "import",       "pabulib",           file.string(), "--server", engine->url().text(),
      "--token-file", token_file.string(), "--json"};
  words.insert(words.end(), progress.begin(), progress.end());
  ChildProgram import(std::move(words), ChildProgram::Talk::shown);
  Json imported;
  while (const auto line = import.next_line()) imported = Json::parse(*line, nullptr, false);
  if (!imported.is_object() || imported.value("type", "") != "summary")
    return failed(ExitCode::failed, "the import did not come to its end");
  if (imported.at("votes_match") == false || imported.at("score_match") == false ||
      imported.at("selected_match") == false)
    return failed(ExitCode::differences, "the result is not the one in the file");
  const auto accepted = imported.at("accepted").get<std::uint64_t>();
  const auto ballots = imported.at("ballots").get<std::uint64_t>();
  if (accepted == 0) return failed(ExitCode::failed, "no ballot was accepted");
  return Json{
      {"bench", "import"},
      {"ballots", ballots},
      {"accepted", accepted},
      {"commands_per_second", imported.at("commands_per_second")},
      {"server_cpu_us_per_ballot", (engine->cpu_us() - cpu_before_us) / static_cast<double>(accepted)},
      {"server_max_rss_bytes", engine->max_rss_bytes()},
      {"votes_match", imported.at("votes_match")}};
}

}  // namespace stimmbuch::program
