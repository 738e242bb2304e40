#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "demo/expected.hpp"
#include "demo/town_year.hpp"
#include "demo/townspeople.hpp"

namespace stimmbuch::program {

struct DemoOptions {
  std::size_t citizens = 1'700;  // as many as Kaiserslautern's platform had
  bool erase_everybody = false;  // in the end, else one of a hundred
};

// The town's year from its preparation to its certified result and what became of it, on an engine that
// serves a ledger of purpose demo. A signal ends it. One thread, besides the crowd's.
class Demo {
 public:
  Demo(Console& console, Signals& signals, const std::filesystem::path& data, client::ServerUrl server,
       DemoOptions options);

  struct Outcome {
    bool agrees = false;  // everything came out as it must
    Json summary;
  };

  // The whole year.
  std::expected<Outcome, Failure> run();
  // What a newcomer may try while the server stays.
  std::expected<void, Failure> print_examples();

 private:
  std::expected<void, Failure> live();
  std::expected<void, Failure> await_views();
  std::expected<void, Failure> show();
  std::expected<void, Failure> show_discussion(std::string_view heading, const std::string& id);
  std::expected<void, Failure> show_map();
  std::expected<void, Failure> show_draft();
  std::expected<Outcome, Failure> check();
  std::expected<bool, Failure> contributions_agree(const Expected& expected);
  std::expected<bool, Failure> survey_agrees(const Expected& expected);
  std::expected<bool, Failure> map_agrees(const Expected& expected);
  std::expected<bool, Failure> draft_agrees(const Expected& expected);
  void redraw(std::vector<std::string> lines);
  void print(std::string_view heading, const std::vector<std::string>& lines);

  Console& console_;
  Signals& signals_;
  const std::filesystem::path data_;
  const Place place_;
  const Townspeople people_;
  TownYear year_;
  ApiClient server_;
  ApiClient admin_;
  std::size_t lines_drawn_ = 0;
};

}  // namespace stimmbuch::program
