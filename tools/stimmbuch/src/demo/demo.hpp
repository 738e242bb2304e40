#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/data_directory.hpp"
#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "demo/crowd.hpp"
#include "demo/town_vote.hpp"

namespace stimmbuch::program {

// The town's vote from its preparation to its certified result, on an engine that serves a ledger of purpose
// demo. A signal ends it. One thread, besides the crowd's.
class Demo {
 public:
  Demo(Console& console, Signals& signals, const std::filesystem::path& data, client::ServerUrl server)
      : console_(console),
        signals_(signals),
        data_(data),
        server_url_(std::move(server)),
        admin_url_(operator_url(data)),
        server_(server_url_, {}),
        admin_(admin_url_, {}) {}

  struct Outcome {
    bool agrees = false;  // everything came out as it must
    Json summary;
  };

  // The whole vote.
  std::expected<Outcome, Failure> run();
  // What a newcomer may try while the server stays.
  std::expected<void, Failure> print_examples();

 private:
  std::expected<void, Failure> mint_tokens();
  std::expected<std::uint64_t, Failure> give(std::string_view role, std::string target, std::string_view step,
                                             Json body = {});
  std::expected<void, Failure> prepare();
  // What happened, in a sentence.
  std::expected<std::string, Failure> vote(const std::vector<TownCitizen>& citizens);
  std::expected<void, Failure> watch(Crowd& crowd, std::size_t citizens);
  std::expected<Json, Failure> decide();
  std::expected<Outcome, Failure> check(const Json& tally, const std::vector<TownCitizen>& citizens);
  std::vector<std::string> picture(const Json& tally, std::string_view poll) const;
  void redraw(std::vector<std::string> lines);

  Console& console_;
  Signals& signals_;
  std::filesystem::path data_;
  client::ServerUrl server_url_;
  client::ServerUrl admin_url_;
  ApiClient server_;
  ApiClient admin_;
  std::map<std::string, std::string, std::less<>> tokens_;  // by role
  std::size_t lines_drawn_ = 0;
};

}  // namespace stimmbuch::program
