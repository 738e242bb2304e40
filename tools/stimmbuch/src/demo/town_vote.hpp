#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

// The vote that the demo shows: the first one of Kaiserslautern's participation platform, in spring 2022, in
// which five ideas for lively places were put to the vote and three were to be realised, and the survey on
// the equipment of an "Ausprobierbox". The town published the ranking of the first three ideas only. So the
// ballots are generated here, with a fixed seed, such that the same three win; the answers to the survey are
// made up altogether.
namespace stimmbuch::program {

inline constexpr std::string_view vote_poll = "stadt-raum-wir";
inline constexpr std::string_view survey_poll = "ausprobierbox";

// The options of the vote that the town published as the first three, in this order.
std::vector<std::string> published_winners();

// Bodies of the commands that prepare the town: cells, and projects and polls in their order.
Json town_cells();
std::vector<Json> town_projects();
std::vector<Json> town_polls();

// One step of a citizen: casting or changing the own vote, or taking it back.
struct BallotStep {
  std::string poll;
  std::vector<std::string> choices;  // empty: the vote is withdrawn
};

struct TownCitizen {
  std::string subject;  // at the issuer of the token
  std::string name;
  std::string district;
  std::vector<BallotStep> steps;
};

// The same citizens for the same number, whatever the machine.
std::vector<TownCitizen> town_citizens(std::size_t number);

// How many of the citizens' votes stand for each option of a poll in the end.
std::map<std::string, std::int64_t> standing_votes(const std::vector<TownCitizen>& citizens,
                                                   std::string_view poll);

}  // namespace stimmbuch::program
