#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/people.hpp"
#include "cli/console.hpp"
#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/survey.hpp"

// The results of a survey, counted afresh from the records: the last answers of each participant, by the
// plainest method, held against what the engine says.
namespace stimmbuch::program {

// Figure by figure under a name, "way: foot" or "stars: average"; as text, since averages are fractions.
using SurveyFigures = std::map<std::string, std::string>;

// What a document of results says of a survey.
struct SurveyClaim {
  SurveyId survey;
  std::string status;
  std::int64_t respondents = 0;
  struct Shown {
    Position counted;  // the last record in the figures
    SurveyFigures figures;
  };
  std::optional<Shown> shown;  // absent while no figures are
  Position reflects;           // the last record that changed the document
};

// Nothing for a document that is not one.
std::optional<SurveyClaim> read_survey_claim(const Json& document);

// One survey recounted, or in one pass over the log the portion of its participants that the pass looks at.
// Memory: what each of them answers, as its record has it.
class SurveyRecount {
 public:
  using Differ = std::function<void(std::string code, std::string detail)>;

  SurveyRecount(SurveyClaim claim, Differ differ) : claim_(std::move(claim)), differ_(std::move(differ)) {}

  // Before each pass.
  void begin_pass(Portion portion);
  void add_survey_event(const survey::Event& event, const Recorded& recorded);
  void add_answers_event(std::string_view voter, const answers::Event& event, const Recorded& recorded);
  // Behind each pass.
  void finish();

 private:
  // How many answered a question, and how often each thing was chosen, by its name in the figures.
  struct Count {
    std::int64_t answered = 0;
    std::map<std::string, std::int64_t> chosen;
  };

  void look(Position position);
  void count_standing();
  void check_figures();
  SurveyFigures figures() const;

  const SurveyClaim claim_;
  const Differ differ_;
  Portion portion_;
  survey::State state_;
  PeopleTable<std::string> standing_;  // canonical sets of answers; empty: taken back
  // Over all passes.
  std::map<QuestionId, Count> counts_;
  std::int64_t respondents_ = 0;
  bool is_founded_ = false;
};

}  // namespace stimmbuch::program
