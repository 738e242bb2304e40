// Random surveys with conditions and random answers, held against a naive opinion on what is kept.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/random.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using std::chrono::hours;

const auto traffic = id<SurveyId>("traffic");

// Choices among a, b and c, each put if some of the earlier ones were answered so.
std::vector<survey::Question> random_questions(Random& random) {
  std::vector<survey::Question> questions;
  const auto count = random.between<std::size_t>(1, 8);
  for (std::size_t i = 0; i < count; ++i) {
    auto question = choosing("q" + std::to_string(i), {"a", "b", "c"}, survey::QuestionKind::multiple);
    question.required = random.chance(30);
    for (std::size_t other = 0; other < i; ++other) {
      if (!random.chance(30)) continue;
      survey::Condition condition{questions[other].id, {}};
      for (const auto* const name : {"a", "b", "c"})
        if (condition.any_of.empty() || random.chance(30)) condition.any_of.push_back(option(name));
      question.shown_if.push_back(std::move(condition));
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

survey::Answers random_answers(Random& random, const std::vector<survey::Question>& questions) {
  survey::Answers answers;
  for (const auto& question : questions) {
    std::vector<OptionId> chosen;
    for (const auto* const name : {"a", "b", "c"})
      if (random.chance(40)) chosen.push_back(option(name));
    if (!chosen.empty()) answers.emplace(question.id, chosen);
  }
  return answers;
}

TEST(AnswersModel, KeepsWhatIsPutAndNamesTheRest) {
  for_seeds(300, [](Random& random) {
    const auto questions = random_questions(random);
    const auto given = random_answers(random, questions);
    // By the question's name, looking back as far as conditions reach.
    const std::function<bool(const QuestionId&)> is_put = [&](const QuestionId& name) {
      const auto& question = *std::ranges::find(questions, name, &survey::Question::id);
      return std::ranges::all_of(question.shown_if, [&](const survey::Condition& condition) {
        if (!is_put(condition.question) || !given.contains(condition.question)) return false;
        const auto& options = std::get<std::vector<OptionId>>(given.at(condition.question));
        return std::ranges::find_first_of(options, condition.any_of) != options.end();
      });
    };
    answers::AnswerSet kept;
    bool is_missing = false;
    for (const auto& question : questions) {
      const bool answered = given.contains(question.id);
      if (!is_put(question.id)) {
        if (answered) kept.dropped.push_back(question.id);
      } else if (answered) {
        kept.answers.emplace(question.id, given.at(question.id));
      } else if (question.required) {
        is_missing = true;
      }
    }
    is_missing = is_missing || kept.answers.empty();

    auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
    phase.features = {project::Feature::answer};
    World world;
    world.given(the_ledger, created(), cells())
        .given(the_project, project_opened(), project::PhaseDefined{phase})
        .given(the_citizen, citizen::Registered{})
        .given(traffic, survey::Drafted{survey_terms()}, survey::QuestionsAdded{questions}, survey::Opened{});
    world.by(the_voter).citizen(the_citizen);
    const auto decided = world.decided(AnswersId{traffic, the_voter}, answers::AnswerSurvey{given, {}});
    if (is_missing) {
      ASSERT_FALSE(decided);
      EXPECT_EQ(decided.error().refusal, Refusal::answer_missing);
      return;
    }
    ASSERT_TRUE(decided) << text_of(decided.error().refusal).code;
    EXPECT_EQ(*decided, std::vector<Event>{event(answers::Given{kept})});
  });
}

}  // namespace
}  // namespace stimmbuch::test
