#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

// What the town of the demo declares. It follows the participation platform of Kaiserslautern, on which in
// 2022 five ideas for lively places were put to the vote, three were to be realised, and citizens were asked
// for the equipment of an "Ausprobierbox". The town published the ranking of the first three ideas only;
// everything else is made up, the texts of its projects among it.
namespace stimmbuch::program {

// The project whose contest brings the ideas, and the poll on them.
inline constexpr std::string_view contest_project = "stadt-raum-wir";
inline constexpr std::string_view contest_phase = "ideen";
inline constexpr std::string_view vote_poll = "stadt-raum-wir";
// The project with the survey.
inline constexpr std::string_view survey_project = "lokale-logistik";
inline constexpr std::string_view survey_id = "ausprobierbox";

// The project with the map of what is in people's way.
inline constexpr std::string_view map_project = "barrierefreie-wege";
inline constexpr std::string_view map_phase = "karte";

// Where the town consults people on a draft, and where one may say something when the year is over.
inline constexpr std::string_view dialogue_project = "klmitwirkung";
inline constexpr std::string_view dialogue_phase = "dialog";

// Something to choose.
struct Idea {
  std::string_view id;
  std::string_view de;
  std::string_view en;
  std::uint32_t weight;  // how many like it, relative to the others
};

// The five that came to the vote.
std::span<const Idea, 5> town_ideas();
// The first three of them, as the town published them.
std::vector<std::string> published_winners();

// How many a ballot, and an answer on the equipment, may choose.
inline constexpr std::size_t choices_max = 3;
// The equipment, how often somebody would come, and how important the box is, from 1 to importance_max.
std::span<const Idea, 5> survey_equipment();
std::span<const Idea, 4> survey_habits();
inline constexpr int importance_max = 5;
// The question that is answered in words.
inline constexpr std::string_view words_question = "grund";

// The categories of marks.
std::span<const Idea, 4> town_obstacles();

struct District {
  std::string_view id;
  std::string_view de;
};
std::span<const District, 4> town_districts();

// Bodies of commands.
Json town_cells();
std::vector<Json> town_projects();
Json town_contest();       // the phase for ideas
Json town_survey_phase();  // and the one for answers
Json town_map();           // the one for marks
Json town_dialogue();      // and the one for whatever else
Json town_survey();
// The poll on the ideas, each made from the proposal of that place in `proposals`.
Json town_poll(std::span<const std::string> proposals);

// What becomes of a winner of the vote: the plan, and a report that it is begun or done.
Json town_milestone(std::string_view option);
Json town_report(std::string_view status);

}  // namespace stimmbuch::program
