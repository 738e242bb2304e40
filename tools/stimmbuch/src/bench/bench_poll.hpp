#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/api_client.hpp"
#include "cli/failure.hpp"

// What the benchmarks vote on: approval of one to three of ten ideas. A voter is a number from 0; what each
// chooses follows from it, so that the tally can be foretold.
namespace stimmbuch::program {

inline constexpr std::size_t bench_options = 10;

std::string bench_option(std::size_t index);

// The options of a voter, by index, none twice.
std::vector<std::size_t> bench_choices(std::uint64_t voter);

// Who votes when: each voter once, in another order than by number.
std::uint64_t bench_voter(std::uint64_t turn, std::uint64_t voters);

// Nothing if the document says what these voters voted, or how it differs.
std::expected<void, Failure> check_bench_tally(const Json& tally, std::uint64_t voters);

// A poll of its own on an engine whose ledger is of purpose demo.
class BenchPoll {
 public:
  enum class Voters { citizens, imported };

  // Opens it, with a project around it. `admin` is the engine's operator interface.
  static std::expected<BenchPoll, Failure> open(const client::ServerUrl& server, ApiClient& admin,
                                                Voters voters);

  const std::string& id() const { return id_; }

  // Closes it; the tally that reflects this and with it every ballot.
  std::expected<Json, Failure> close();
  // Counts it where it is served by itself; the tally as the count left it.
  std::expected<Json, Failure> count();

 private:
  BenchPoll(std::string id, Voters voters, ApiClient official)
      : id_(std::move(id)), voters_(voters), official_(std::move(official)) {}

  std::expected<void, Failure> open_for_citizens(const Json& project, const Json& draft);
  std::expected<void, Failure> open_for_import(const Json& project, const Json& draft);
  std::expected<std::uint64_t, Failure> give(std::string target, std::string_view step, const Json& body);
  std::string line(std::string_view type, const Json& members) const;

  std::string id_;
  Voters voters_;
  ApiClient official_;
};

}  // namespace stimmbuch::program
