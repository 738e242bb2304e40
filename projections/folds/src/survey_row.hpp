#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "document.hpp"
#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/survey.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"

// What the projection of surveys keeps, and how it is shown.
namespace stimmbuch::projections {

// An answer in somebody's own words that may be published; revision and respondent name it in the vault.
struct ReleasedText {
  QuestionId question;
  Revision revision{};
  std::string respondent;
};

struct SurveyRow {
  survey::State survey;
  Moment drafted;
  std::optional<Moment> opened;
  std::optional<Moment> closed;
  std::string reason;        // of closing
  std::optional<Time> ends;  // the phase, while the survey is open
  std::optional<Time> due;   // under which it lies in the list
  bool provisional = false;
  Position reflects{};
};

// The answers to one question: how many people answered it, and how often each was chosen. Chosen are
// options, values of a scale, <option>/<place> in rankings and <row>/<option> in matrices.
struct QuestionTally {
  std::int64_t answered = 0;
  Counters chosen;
};

using Tallies = std::map<QuestionId, QuestionTally>;

struct TallyRow {
  std::int64_t respondents = 0;
  Tallies counted;
  Tallies shown;           // as they were when they were last published
  std::int64_t moved = 0;  // records since then
  std::optional<Moment> shown_at;
  std::vector<ReleasedText> released;
  bool provisional = false;
  Position reflects{};
};

std::string survey_document(std::string_view id, const SurveyRow& row, const LedgerRow& ledger);
std::string survey_summary(std::string_view id, const SurveyRow& row, const LedgerRow& ledger);
std::string survey_results(std::string_view id, const SurveyRow& survey, const TallyRow& tally,
                           const LedgerRow& ledger);

}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::ReleasedText> =
    std::tuple{required("question", &projections::ReleasedText::question),
               required("revision", &projections::ReleasedText::revision),
               required("respondent", &projections::ReleasedText::respondent)};
template <>
inline constexpr auto members<projections::SurveyRow> =
    std::tuple{required("survey", &projections::SurveyRow::survey),
               required("drafted", &projections::SurveyRow::drafted),
               if_any("opened", &projections::SurveyRow::opened),
               if_any("closed", &projections::SurveyRow::closed),
               if_any("reason", &projections::SurveyRow::reason),
               if_any("ends", &projections::SurveyRow::ends),
               if_any("due", &projections::SurveyRow::due),
               unless("provisional", &projections::SurveyRow::provisional, false),
               required("reflects", &projections::SurveyRow::reflects)};
template <>
inline constexpr auto members<projections::QuestionTally> =
    std::tuple{required("answered", &projections::QuestionTally::answered),
               if_any("chosen", &projections::QuestionTally::chosen)};
template <>
inline constexpr auto members<projections::TallyRow> =
    std::tuple{required("respondents", &projections::TallyRow::respondents),
               if_any("counted", &projections::TallyRow::counted),
               if_any("shown", &projections::TallyRow::shown),
               unless("moved", &projections::TallyRow::moved, 0),
               if_any("shown_at", &projections::TallyRow::shown_at),
               if_any("released", &projections::TallyRow::released),
               unless("provisional", &projections::TallyRow::provisional, false),
               required("reflects", &projections::TallyRow::reflects)};
template <>
inline constexpr auto members<projections::StandingRow> = std::tuple{
    required("revision", &projections::StandingRow::revision),
    if_any("answers", &projections::StandingRow::answers), if_any("texts", &projections::StandingRow::texts)};

}  // namespace stimmbuch::codec
