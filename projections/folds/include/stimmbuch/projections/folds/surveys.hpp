#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/survey.hpp"
#include "stimmbuch/projections/folds/fold.hpp"

// Every survey with its questions, and what was answered in figures.
//
//   document/<survey>            the survey (docs/formats/views.md)
//   document/results/<survey>    how many take part, and the figures where they may be shown
//   project/<project>/<rank>     summaries of a project's surveys, newest first
//   due/<time>/<survey>          open ones by the end of their phase
//   standing/<survey>/<voter>    the answers of each participant, which a change takes out of the figures
namespace stimmbuch::projections {

Projection surveys_projection();

std::string surveys_of_project_prefix(const ProjectId& project);
inline constexpr std::string_view all_surveys_prefix = "project/";
inline constexpr std::string_view due_surveys_prefix = "due/";

// The document with the figures, by its id among those of the projection.
std::string survey_results_id(const SurveyId& survey);

// The rows with the answers that stand in a survey, by participant.
std::string standing_prefix(std::string_view survey);

// What such a row says: what somebody chose, and to which questions the vault has words of theirs, under the
// record's revision.
struct StandingRow {
  Revision revision{};
  survey::Answers answers;
  std::vector<QuestionId> texts;
};
StandingRow read_standing(std::string_view row);

}  // namespace stimmbuch::projections
