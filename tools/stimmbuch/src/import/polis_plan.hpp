#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "stimmbuch/tools/import/polis_reader.hpp"

namespace stimmbuch::program {

// How a conversation exported by Polis becomes commands: a project, and an imported poll for each comment.
struct PolisPlan {
  std::string project;
  std::string content_hash;
  std::vector<std::string> setup;  // all polls drafted and opened
  std::vector<std::string> close;
  std::vector<std::string> count;
};

PolisPlan plan_polis(const import::PolisConversation& conversation, std::string_view folder_name);

std::string poll_of(const PolisPlan& plan, std::uint32_t comment);

// The command for the `row`-th vote in the order of time.
std::string vote_command(const PolisPlan& plan, const import::PolisVote& vote, std::uint64_t row);

// How the votes on a comment stand.
struct Stances {
  std::int64_t agree = 0;
  std::int64_t disagree = 0;
  std::int64_t pass = 0;

  friend bool operator==(const Stances&, const Stances&) = default;
};

// By the participants' published votes; of every comment.
std::map<std::uint32_t, Stances> published_stances(const import::PolisConversation& conversation);

// By a tally of the engine.
Stances counted_stances(const Json& tally);

}  // namespace stimmbuch::program
