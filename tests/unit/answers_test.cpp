#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using answers::AnswerSurvey;
using answers::Changed;
using answers::Given;
using answers::WithdrawAnswers;
using answers::Withdrawn;
using project::Feature;
using std::chrono::hours;
using std::chrono::minutes;

const auto the_survey = id<SurveyId>("traffic");
const AnswersId the_answers{the_survey, the_voter};

project::Phase asking() {
  auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
  phase.features = {Feature::answer};
  return phase;
}

World asked(const std::vector<survey::Question>& questions, const survey::Terms& terms = survey_terms(),
            const project::Phase& phase = asking()) {
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project_opened(), project::PhaseDefined{phase})
      .given(the_citizen, citizen::Registered{})
      .by(ada)
      .given(the_survey, survey::Drafted{terms}, survey::QuestionsAdded{questions}, survey::Opened{});
  return world.by(the_voter).citizen(the_citizen);
}

// How one answer to one question is refused.
void refused(const survey::Question& question, survey::Answer answer, Refusal refusal) {
  const auto name = question.id.text();
  asked({question})
      .when(the_answers, AnswerSurvey{answers_to({{name, std::move(answer)}}), {}})
      .then_refused(refusal, "/answers/" + std::string(name));
}

void accepted(const survey::Question& question, survey::Answer answer) {
  const auto answers = answers_to({{question.id.text(), std::move(answer)}});
  asked({question}).when(the_answers, AnswerSurvey{answers, {}}).then(Given{{answers, {}, {}}});
}

TEST(AnswerSurvey, NamesOneOfTheOptionsOfASingleChoice) {
  const auto way = choosing("way", {"foot", "bike"});
  accepted(way, chosen({"foot"}));
  refused(way, chosen({}), Refusal::answer_options_too_few);
  refused(way, chosen({"foot", "bike"}), Refusal::answer_options_too_many);
  refused(way, chosen({"car"}), Refusal::answer_option_unknown);
  refused(way, chosen({"other"}), Refusal::answer_option_unknown);
  refused(way, survey::Answer{std::int64_t{1}}, Refusal::answer_of_other_kind);
}

TEST(AnswerSurvey, NamesAsManyOptionsAsAMultipleChoiceWants) {
  auto ways = choosing("ways", {"foot", "bike", "car"}, survey::QuestionKind::multiple);
  accepted(ways, chosen({"car", "foot", "bike"}));
  ways.min = 2;
  ways.max = 2;
  accepted(ways, chosen({"car", "foot"}));
  refused(ways, chosen({"car"}), Refusal::answer_options_too_few);
  refused(ways, chosen({"car", "foot", "bike"}), Refusal::answer_options_too_many);
  refused(ways, chosen({"car", "car"}), Refusal::answer_option_repeated);
}

TEST(AnswerSurvey, RanksOptionsWithoutRepeat) {
  const auto order = choosing("order", {"a", "b", "c"}, survey::QuestionKind::ranking);
  accepted(order, chosen({"c", "a"}));
  refused(order, chosen({"c", "c"}), Refusal::answer_option_repeated);
  refused(order, in_rows({{"a", "b"}}), Refusal::answer_of_other_kind);
}

TEST(AnswerSurvey, LiesOnTheScale) {
  const auto stars = rating("stars", -2, 2);
  accepted(stars, survey::Answer{std::int64_t{-2}});
  refused(stars, survey::Answer{std::int64_t{3}}, Refusal::answer_out_of_range);
  refused(stars, survey::Answer{std::int64_t{-3}}, Refusal::answer_out_of_range);
  refused(stars, chosen({"a"}), Refusal::answer_of_other_kind);
}

TEST(AnswerSurvey, AnswersTheRowsOfAMatrix) {
  auto when = matrix("when", {"summer", "winter"}, {"often", "never"});
  accepted(when, in_rows({{"summer", "often"}}));
  refused(when, in_rows({}), Refusal::answer_options_too_few);
  refused(when, in_rows({{"spring", "often"}}), Refusal::answer_option_unknown);
  refused(when, in_rows({{"summer", "daily"}}), Refusal::answer_option_unknown);
  when.required = true;
  refused(when, in_rows({{"summer", "often"}}), Refusal::answer_options_too_few);
  accepted(when, in_rows({{"summer", "often"}, {"winter", "often"}}));
}

TEST(AnswerSurvey, HasWordsWhereTheyAreAskedFor) {
  auto way = choosing("way", {"foot"});
  way.other = true;
  const std::vector questions{way, saying("why"), rating("stars", 1, 5)};
  const Commitments both{{"way", commitment("w")}, {"why", commitment("y")}};
  const auto other = answers_to({{"way", chosen({"other"})}});
  asked(questions).when(the_answers, AnswerSurvey{other, both}).then(Given{{other, both, {}}});
  const Commitments on_way{{"way", commitment("w")}};
  asked(questions)
      .when(the_answers, AnswerSurvey{answers_to({{"way", chosen({"foot"})}}), on_way})
      .then_refused(Refusal::answer_of_other_kind, "/answers/way");
  asked(questions)
      .when(the_answers, AnswerSurvey{{}, {{"stars", commitment()}}})
      .then_refused(Refusal::answer_of_other_kind, "/answers/stars");
  refused(saying("why"), chosen({"a"}), Refusal::answer_of_other_kind);
}

TEST(AnswerSurvey, AnswersWhatIsRequired) {
  auto way = choosing("way", {"foot"});
  way.required = true;
  auto why = saying("why");
  why.required = true;
  const auto on_foot = answers_to({{"way", chosen({"foot"})}});
  const Commitments words{{"why", commitment()}};
  asked({way, why})
      .when(the_answers, AnswerSurvey{on_foot, {}})
      .then_refused(Refusal::answer_missing, "/answers/why");
  asked({way, why})
      .when(the_answers, AnswerSurvey{{}, words})
      .then_refused(Refusal::answer_missing, "/answers/way");
  asked({way, why}).when(the_answers, AnswerSurvey{on_foot, words}).accepted();
  asked({saying("why")}).when(the_answers, AnswerSurvey{}).then_refused(Refusal::answer_missing, "/answers");
}

TEST(AnswerSurvey, NamesQuestionsOfTheSurvey) {
  asked({saying("why")})
      .when(the_answers, AnswerSurvey{answers_to({{"what", chosen({"a"})}}), {}})
      .then_refused(Refusal::question_unknown, "/answers/what");
  asked({saying("why")})
      .when(the_answers, AnswerSurvey{{}, {{"what", commitment()}}})
      .then_refused(Refusal::question_unknown, "/answers/what");
}

// A question that is not put takes what depends on it along, and asks for nothing.
TEST(AnswerSurvey, DropsAnswersToQuestionsThatAreNotPut) {
  const auto way = choosing("way", {"foot", "bike"});
  auto lane = choosing("lane", {"yes", "no"});
  lane.required = true;
  lane.shown_if = {{way.id, {option("bike")}}};
  auto where = saying("where");
  where.required = true;
  where.shown_if = {{lane.id, {option("no")}}};
  const std::vector questions{way, lane, where};
  const Commitments words{{"where", commitment()}};
  const auto on_foot = answers_to({{"way", chosen({"foot"})}});
  const auto with_lane = answers_to({{"way", chosen({"foot"})}, {"lane", chosen({"no"})}});
  asked(questions)
      .when(the_answers, AnswerSurvey{with_lane, words})
      .then(Given{{on_foot, {}, {lane.id, where.id}}});
  asked(questions).when(the_answers, AnswerSurvey{on_foot, {}}).then(Given{{on_foot, {}, {}}});
  const auto by_bike = answers_to({{"way", chosen({"bike"})}, {"lane", chosen({"no"})}});
  asked(questions)
      .when(the_answers, AnswerSurvey{by_bike, {}})
      .then_refused(Refusal::answer_missing, "/answers/where");
  asked(questions).when(the_answers, AnswerSurvey{by_bike, words}).then(Given{{by_bike, words, {}}});
  // What is dropped is not even looked at.
  auto nonsense = on_foot;
  nonsense.emplace(lane.id, std::int64_t{7});
  asked(questions).when(the_answers, AnswerSurvey{nonsense, {}}).then(Given{{on_foot, {}, {lane.id}}});
}

TEST(AnswerSurvey, ReplacesWhatStandsWhereThatMayBe) {
  const auto way = choosing("way", {"foot", "bike"});
  const auto foot = answers_to({{"way", chosen({"foot"})}});
  const auto bike = answers_to({{"way", chosen({"bike"})}});
  asked({way})
      .when(the_answers, AnswerSurvey{foot, {}})
      .accepted()
      .when(the_answers, AnswerSurvey{bike, {}})
      .then(Changed{{bike, {}, {}}})
      .when(the_answers, WithdrawAnswers{})
      .then(Withdrawn{})
      .when(the_answers, WithdrawAnswers{})
      .then_refused(Refusal::no_answers_to_withdraw)
      .when(the_answers, AnswerSurvey{foot, {}})
      .then(Given{{foot, {}, {}}});
  auto fixed = survey_terms();
  fixed.changeable = false;
  auto given = asked({way}, fixed).when(the_answers, AnswerSurvey{foot, {}}).accepted();
  given.when(the_answers, AnswerSurvey{bike, {}}).then_refused(Refusal::answers_not_changeable);
  given.when(the_answers, WithdrawAnswers{}).then_refused(Refusal::answers_not_changeable);
}

TEST(AnswerSurvey, CanBeDoneSoOftenThatTheLastWithdraws) {
  const auto foot = answers_to({{"way", chosen({"foot"})}});
  auto world = asked({choosing("way", {"foot"})});
  for (std::size_t i = 0; i + 1 < answers::commands_max; ++i)
    world.given(the_answers, Changed{{foot, {}, {}}});
  world.when(the_answers, AnswerSurvey{foot, {}}).then_refused(Refusal::answers_changed_out);
  world.when(the_answers, WithdrawAnswers{}).accepted();
}

TEST(AnswerSurvey, IsForAnOpenSurveyInAnOpenPhase) {
  const auto way = choosing("way", {"foot"});
  const AnswerSurvey answer{answers_to({{"way", chosen({"foot"})}}), {}};
  const AnswersId nowhere{id<SurveyId>("none"), the_voter};
  asked({way}).when(nowhere, answer).then_refused(Refusal::survey_unknown);
  auto draft = asked({way});
  draft.given(id<SurveyId>("draft"), survey::Drafted{survey_terms()});
  draft.when(AnswersId{id<SurveyId>("draft"), the_voter}, answer).then_refused(Refusal::survey_not_open);
  auto closed = asked({way});
  closed.given(the_survey, survey::Closed{}).when(the_answers, answer).then_refused(Refusal::survey_closed);
  asked({way}).at_time(noon + hours{1}).when(the_answers, answer).then_refused(Refusal::phase_not_open);
  asked({way}).at_time(noon - hours{2}).when(the_answers, answer).then_refused(Refusal::phase_not_open);
  auto over = asked({way});
  over.given(the_project, project::Closed{}).when(the_answers, answer).then_refused(Refusal::project_closed);
}

TEST(AnswerSurvey, IsForAPhaseThatIsForAnswers) {
  auto off = asking();
  off.features = {Feature::propose};
  auto world = asked({choosing("way", {"foot"})}, survey_terms(), off);
  world.when(the_answers, AnswerSurvey{answers_to({{"way", chosen({"foot"})}}), {}})
      .then_refused(Refusal::feature_off);
  world.when(the_answers, WithdrawAnswers{}).then_refused(Refusal::feature_off);
}

TEST(AnswerSurvey, IsForWhomThePhaseAdmits) {
  const AnswerSurvey answer{answers_to({{"way", chosen({"foot"})}}), {}};
  auto phase = asking();
  phase.admissions = {{Feature::answer, Electorate{id<LevelId>("high"), {}, {}}}};
  auto world = asked({choosing("way", {"foot"})}, survey_terms(), phase);
  world.when(the_answers, answer).then_refused(Refusal::level_too_low);
  world.given(the_citizen, verified(cell("high", "north", "old"))).when(the_answers, answer).accepted();
  world.citizen(std::nullopt).when(the_answers, answer).then_refused(Refusal::citizen_unknown);
}

TEST(WithdrawAnswersFrom, NeedsNoEntitlementButAnAccount) {
  const AnswerSurvey answer{answers_to({{"way", chosen({"foot"})}}), {}};
  auto given = asked({choosing("way", {"foot"})}).when(the_answers, answer).accepted();
  auto blocked = given;
  blocked.given(the_citizen, citizen::Blocked{}).when(the_answers, WithdrawAnswers{}).accepted();
  given.given(the_citizen, citizen::ErasureRequested{})
      .when(the_answers, WithdrawAnswers{})
      .then_refused(Refusal::citizen_erased);
}

TEST(Answers, AreRecordedOnTheGridOfTheSurvey) {
  auto world = asked({saying("why")});
  EXPECT_EQ(recorded_time(the_answers, world, noon + minutes{59}), noon);
}

}  // namespace
}  // namespace stimmbuch::test
