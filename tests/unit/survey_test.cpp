#include <functional>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using namespace survey;
using project::Feature;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const auto ideas = id<PhaseId>("ideas");
const auto the_survey = id<SurveyId>("traffic");

project::Phase asking() {
  auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
  phase.features = {Feature::answer};
  return phase;
}

World town(const project::Phase& phase = asking()) {
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project_opened(), project::PhaseDefined{phase});
  return world.by(ada);
}

World drafted(std::vector<Question> questions = {choosing("way", {"foot", "bike"})}) {
  auto world = town();
  world.given(the_survey, Drafted{survey_terms()});
  if (!questions.empty()) world.given(the_survey, QuestionsAdded{std::move(questions)});
  return world;
}

World opened(std::vector<Question> questions = {choosing("way", {"foot", "bike"})}) {
  return drafted(std::move(questions)).when(the_survey, OpenSurvey{}).accepted();
}

TEST(DraftSurvey, FixesTermsAndQuestions) {
  const std::vector questions{choosing("way", {"foot", "bike"}), saying("why")};
  town()
      .when(the_survey, DraftSurvey{survey_terms(), questions})
      .then(Drafted{survey_terms()}, QuestionsAdded{questions})
      .when(the_survey, DraftSurvey{survey_terms(), {}})
      .then_refused(Refusal::survey_exists);
}

TEST(DraftSurvey, BelongsToAPhaseWithAnswers) {
  const DraftSurvey draft{survey_terms(), {}};
  auto elsewhere = draft;
  elsewhere.terms.project = id<ProjectId>("pool");
  town().when(the_survey, elsewhere).then_refused(Refusal::project_unknown, "/project");
  auto later = draft;
  later.terms.phase = id<PhaseId>("later");
  town().when(the_survey, later).then_refused(Refusal::phase_unknown, "/phase");
  auto off = asking();
  off.features = {Feature::propose};
  town(off).when(the_survey, draft).then_refused(Refusal::feature_off, "/phase");
  auto closed = town();
  closed.given(the_project, project::Closed{})
      .when(the_survey, draft)
      .then_refused(Refusal::project_closed, "/project");
}

TEST(DraftSurvey, HasTermsWithinBounds) {
  const auto refused = [](const std::function<void(Terms&)>& change, std::string_view where) {
    DraftSurvey draft{survey_terms(), {}};
    change(draft.terms);
    town().when(the_survey, draft).then_refused(Refusal::invalid, where);
  };
  refused([](auto& terms) { terms.title.clear(); }, "/title");
  refused([](auto& terms) { terms.text = words(std::string(3001, 'x')); }, "/text");
  refused([](auto& terms) { terms.machine_translated = {"fr"}; }, "/machine_translated");
  refused([](auto& terms) { terms.least = 0; }, "/least");
}

TEST(DraftSurvey, TakesQuestionsThatFitTheirKind) {
  const auto refused = [](Question question, const std::function<void(Question&)>& change,
                          std::string_view where) {
    change(question);
    town()
        .when(the_survey, DraftSurvey{survey_terms(), {question}})
        .then_refused(Refusal::invalid, "/questions/0" + std::string(where));
  };
  const auto single = choosing("way", {"foot", "bike"});
  const auto multiple = choosing("ways", {"foot", "bike"}, QuestionKind::multiple);
  refused(single, [](auto& q) { q.title.clear(); }, "/title");
  refused(single, [](auto& q) { q.page = 0; }, "/page");
  refused(single, [](auto& q) { q.options.clear(); }, "/options");
  refused(single, [](auto& q) { q.options[1].title.clear(); }, "/options/1/title");
  refused(single, [](auto& q) { q.options[1].id = q.options[0].id; }, "/options/1/id");
  refused(single, [](auto& q) { q.min = 2; }, "/min");
  refused(single, [](auto& q) { q.max = 1; }, "/max");
  refused(single, [](auto& q) { q.from = 1; }, "/from");
  refused(single, [](auto& q) { q.to = 1; }, "/to");
  refused(single, [](auto& q) { q.rows = q.options; }, "/rows");
  refused(multiple, [](auto& q) { q.min = 0; }, "/min");
  refused(multiple, [](auto& q) { q.min = 3; }, "/min");
  refused(multiple, [](auto& q) { q.max = 3; }, "/max");
  refused(
      multiple,
      [](auto& q) {
        q.other = true;
        q.options[0].id = option("other");
      },
      "/options/0/id");
  refused(rating("stars", 1, 5), [](auto& q) { q.to = 1; }, "/to");
  refused(rating("stars", 1, 5), [](auto& q) { q.to = 1001; }, "/to");
  refused(rating("stars", 1, 5), [](auto& q) { q.from = -1001; }, "/from");
  refused(rating("stars", 1, 5), [](auto& q) { q.other = true; }, "/other");
  refused(saying("why"), [](auto& q) { q.options = {{option("a"), words("A")}}; }, "/options");
  refused(multiple, [](auto& q) { q.background = true; }, "/background");
  refused(saying("why"), [](auto& q) { q.background = true; }, "/background");
  refused(matrix("when", {"summer"}, {"often"}), [](auto& q) { q.rows.clear(); }, "/rows");
  refused(matrix("when", {"summer"}, {"often"}), [](auto& q) { q.rows[0].title.clear(); }, "/rows/0/title");
}

TEST(DraftSurvey, TellsPeopleApartByFewAnswersOnly) {
  std::vector<Question> background{rating("years", 0, 99), rating("children", 0, 96),
                                   choosing("way", {"foot"})};
  for (auto& question : background) question.background = true;
  town()
      .when(the_survey, DraftSurvey{survey_terms(), {background[0], background[1]}})
      .then(Drafted{survey_terms()}, QuestionsAdded{{background[0], background[1]}});
  town()
      .when(the_survey, DraftSurvey{survey_terms(), background})
      .then_refused(Refusal::invalid, "/questions/2/background");
  drafted({background[0], background[1]})
      .when(the_survey, AddQuestions{{background[2]}})
      .then_refused(Refusal::invalid, "/questions/0/background");
}

TEST(DraftSurvey, PutsQuestionsInAnOrderInWhichConditionsLookBack) {
  const auto way = choosing("way", {"foot", "bike"});
  const auto draft = [&](Question second) {
    return town().when(the_survey, DraftSurvey{survey_terms(), {way, std::move(second)}});
  };
  auto why = saying("why");
  why.shown_if = {{way.id, {option("foot")}}};
  draft(why).accepted();
  why.shown_if = {{why.id, {option("foot")}}};
  draft(why).then_refused(Refusal::question_unknown, "/questions/1/shown_if/0/question");
  why.shown_if = {{way.id, {option("car")}}};
  draft(why).then_refused(Refusal::invalid, "/questions/1/shown_if/0/any_of");
  why.shown_if = {{way.id, {}}};
  draft(why).then_refused(Refusal::invalid, "/questions/1/shown_if/0/any_of");
  draft(way).then_refused(Refusal::question_exists, "/questions/1/id");
  auto later = way;
  later.page = 2;
  town()
      .when(the_survey, DraftSurvey{survey_terms(), {later, saying("why")}})
      .then_refused(Refusal::invalid, "/questions/1/page");
  auto after_stars = saying("why");
  after_stars.shown_if = {{id<QuestionId>("stars"), {option("foot")}}};
  town()
      .when(the_survey, DraftSurvey{survey_terms(), {rating("stars", 1, 5), after_stars}})
      .then_refused(Refusal::invalid, "/questions/1/shown_if/0/question");
}

TEST(DraftSurvey, TakesNoMoreThanCanBeAnsweredAtOnce) {
  std::vector<Question> texts;
  for (int i = 0; i < 9; ++i) {
    texts.push_back(saying("q" + std::to_string(i)));
    texts.back().kind = QuestionKind::long_text;
  }
  town().when(the_survey, DraftSurvey{survey_terms(), texts}).then_refused(Refusal::invalid, "/questions/8");
  std::vector<Question> many;
  for (std::size_t i = 0; i <= questions_max; ++i) many.push_back(rating("q" + std::to_string(i), 1, 5));
  town().when(the_survey, DraftSurvey{survey_terms(), many}).then_refused(Refusal::invalid, "/questions");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < options_max; ++i)
    names.push_back(std::string(61, 'o') + std::to_string(100 + i));
  std::vector<Question> rankings;
  for (int i = 0; i < 10; ++i) {
    rankings.push_back(choosing("q" + std::to_string(i), {}, QuestionKind::ranking));
    for (const auto& name : names) rankings.back().options.push_back({option(name), words("A")});
  }
  town()
      .when(the_survey, DraftSurvey{survey_terms(), rankings})
      .then_refused(Refusal::invalid, "/questions/8");
}

TEST(DraftSurvey, WritesAsManyRecordsAsItsQuestionsNeed) {
  std::vector<Question> questions;
  for (std::size_t i = 0; i < questions_max; ++i) {
    questions.push_back(rating("q" + std::to_string(i), 1, 5));
    questions.back().title = words(std::string(240, '"'));
  }
  auto world = town();
  const auto events = world.decided(the_survey, DraftSurvey{survey_terms(), questions});
  ASSERT_TRUE(events);
  EXPECT_EQ(events->size(), 4U);
  world.take_all(the_survey, *events);
  EXPECT_EQ(world.state<survey::State>(the_survey).questions, questions);
}

TEST(AddQuestions, AreForADraft) {
  const AddQuestions more{{saying("why")}};
  town().when(the_survey, more).then_refused(Refusal::survey_unknown);
  drafted().when(the_survey, AddQuestions{}).then_refused(Refusal::invalid, "/questions");
  auto again = drafted().when(the_survey, more).then(QuestionsAdded{more.questions});
  again.when(the_survey, more).then_refused(Refusal::question_exists, "/questions/0/id");
  again.when(the_survey, OpenSurvey{})
      .accepted()
      .when(the_survey, more)
      .then_refused(Refusal::survey_not_draft);
}

TEST(OpenSurvey, TakesGridAndObjectionPeriodFromItsPhase) {
  auto phase = asking();
  phase.grid_s = 60;
  phase.objection_days = 7;
  auto world = town(phase);
  world.given(the_survey, Drafted{survey_terms()}, QuestionsAdded{{saying("why")}});
  world.when(the_survey, OpenSurvey{})
      .then(Opened{60, 7})
      .when(the_survey, OpenSurvey{})
      .then_refused(Refusal::survey_not_draft);
}

TEST(OpenSurvey, NeedsQuestionsAndAPhaseThatIsNotOver) {
  town().when(the_survey, OpenSurvey{}).then_refused(Refusal::survey_unknown);
  drafted({}).when(the_survey, OpenSurvey{}).then_refused(Refusal::questions_missing);
  drafted().at_time(noon + hours{1}).when(the_survey, OpenSurvey{}).then_refused(Refusal::phase_over);
  auto closed = drafted();
  closed.given(the_project, project::Closed{})
      .when(the_survey, OpenSurvey{})
      .then_refused(Refusal::project_closed);
}

TEST(CloseSurvey, NeedsAReasonBeforeItsPhaseIsOver) {
  town().when(the_survey, CloseSurvey{}).then_refused(Refusal::survey_unknown);
  drafted().when(the_survey, CloseSurvey{}).then_refused(Refusal::survey_not_open);
  opened().when(the_survey, CloseSurvey{}).then_refused(Refusal::invalid, "/reason");
  opened().when(the_survey, CloseSurvey{"Enough"}).then(Closed{"Enough"});
  opened()
      .by(Engine{})
      .at_time(noon + hours{1})
      .when(the_survey, CloseSurvey{})
      .then(Closed{})
      .when(the_survey, CloseSurvey{})
      .then_refused(Refusal::survey_closed);
}

TEST(ReleaseTexts, AreOfWordsAndOnce) {
  auto with_other = choosing("way", {"foot"});
  with_other.other = true;
  auto world = opened({with_other, saying("why"), rating("stars", 1, 5)});
  const Commitments texts{{"r1", commitment("a")}, {"r2", commitment("b")}};
  const ReleaseTexts release{id<QuestionId>("why"), texts};
  town().when(the_survey, release).then_refused(Refusal::survey_unknown);
  drafted().when(the_survey, release).then_refused(Refusal::survey_not_open);
  auto released = world.when(the_survey, release).then(TextsReleased{id<QuestionId>("why"), texts});
  released.when(the_survey, ReleaseTexts{release.question, {{"r2", commitment()}}})
      .then_refused(Refusal::text_released_already, "/respondents");
  released.when(the_survey, ReleaseTexts{release.question, {{"r3", commitment()}}}).accepted();
  released.when(the_survey, ReleaseTexts{with_other.id, texts}).accepted();
  world.when(the_survey, ReleaseTexts{id<QuestionId>("stars"), texts})
      .then_refused(Refusal::invalid, "/question");
  world.when(the_survey, ReleaseTexts{id<QuestionId>("none"), texts})
      .then_refused(Refusal::question_unknown, "/question");
  world.when(the_survey, ReleaseTexts{release.question, {}}).then_refused(Refusal::invalid, "/respondents");
  world.when(the_survey, ReleaseTexts{release.question, {{"no id", commitment()}}})
      .then_refused(Refusal::invalid, "/respondents");
}

TEST(ReleaseTexts, AreOverWithTheSecret) {
  auto world = opened({saying("why")});
  world.given(the_survey, Closed{"Enough"}, SecretDestroyed{});
  world.when(the_survey, ReleaseTexts{id<QuestionId>("why"), {{"r1", commitment()}}})
      .then_refused(Refusal::secret_destroyed);
}

TEST(ReleaseTexts, AreBoundedInNumber) {
  auto world = opened({saying("why")});
  const auto texts = [](std::size_t from, std::size_t count) {
    Commitments some;
    for (std::size_t i = from; i < from + count; ++i) some.emplace("r" + std::to_string(i), commitment());
    return some;
  };
  const auto why = id<QuestionId>("why");
  world.when(the_survey, ReleaseTexts{why, texts(0, texts_per_release_max)}).accepted();
  world.when(the_survey, ReleaseTexts{why, texts(0, texts_per_release_max + 1)})
      .then_refused(Refusal::invalid, "/respondents");
  for (std::size_t i = 0; i < releases_max; ++i) world.given(the_survey, TextsReleased{why, texts(i, 1)});
  world.when(the_survey, ReleaseTexts{why, texts(releases_max, 1)}).then_refused(Refusal::stream_full);
  world.when(the_survey, CloseSurvey{"Enough"}).accepted();
}

RequestExport asking_for(Rows rows) {
  return {rows, {{"reason", commitment()}}};
}

TEST(RequestExport, NeedsAReasonAndASurveyThatWasOpened) {
  const auto all = asking_for(Rows::all);
  town().when(the_survey, all).then_refused(Refusal::survey_unknown);
  drafted().when(the_survey, all).then_refused(Refusal::survey_not_open);
  opened().when(the_survey, all).then(ExportRequested{Rows::all, all.texts});
  opened().when(the_survey, RequestExport{}).then_refused(Refusal::invalid, "/reason");
  opened()
      .when(the_survey, RequestExport{Rows::all, {{"note", commitment()}}})
      .then_refused(Refusal::invalid, "/reason");
}

TEST(RequestExport, GivesPublishableRowsOfAClosedSurveyOnly) {
  const auto publishable = asking_for(Rows::publishable);
  auto world = opened();
  world.when(the_survey, publishable).then_refused(Refusal::survey_not_closed);
  world.given(the_survey, Closed{"Enough"})
      .when(the_survey, publishable)
      .then(ExportRequested{Rows::publishable, publishable.texts});
}

TEST(RequestExport, IsBoundedInNumber) {
  auto world = opened();
  for (std::size_t i = 0; i < exports_max; ++i)
    world.given(the_survey, ExportRequested{Rows::all, {{"reason", commitment()}}});
  world.when(the_survey, asking_for(Rows::all)).then_refused(Refusal::stream_full);
}

TEST(ReadableExport, IsForWhoAskedForItAndForADay) {
  auto world = opened();
  const Actor anna = id<OfficialId>("anna");
  world.by(anna).given(the_survey, ExportRequested{Rows::all, {{"reason", commitment()}}});
  const auto& state = world.state<survey::State>(the_survey);
  const Position asked = world.head();
  const auto read = [&](Position position, const Actor& by, Time now) -> std::optional<Refusal> {
    const auto readable = readable_export(state, position, by, now);
    return readable ? std::nullopt : std::optional(readable.error().refusal);
  };
  EXPECT_EQ(read(asked, anna, noon), std::nullopt);
  EXPECT_EQ(read(asked, anna, noon + hours{24} - minutes{1}), std::nullopt);
  EXPECT_EQ(read(asked, anna, noon + hours{24}), Refusal::export_over);
  EXPECT_EQ(read(asked, ada, noon), Refusal::export_unknown);
  EXPECT_EQ(read(next(asked), anna, noon), Refusal::export_unknown);
}

TEST(Combination, IsOfAllAnswersToBackgroundQuestions) {
  auto age = choosing("age", {"young", "old"});
  age.background = true;
  auto years = rating("years", 0, 99);
  years.background = true;
  const std::vector questions{age, saying("why"), years, choosing("way", {"foot", "bike"})};
  const auto of = [&](const Answers& answers) { return combination(questions, answers); };
  const auto young = of(answers_to({{"age", chosen({"young"})}, {"years", std::int64_t{3}}}));
  EXPECT_EQ(
      young,
      of(answers_to({{"age", chosen({"young"})}, {"years", std::int64_t{3}}, {"way", chosen({"foot"})}})));
  EXPECT_NE(young, of(answers_to({{"age", chosen({"old"})}, {"years", std::int64_t{3}}})));
  EXPECT_NE(young, of(answers_to({{"age", chosen({"young"})}})));
  EXPECT_NE(young, of(answers_to({{"years", std::int64_t{3}}})));
  EXPECT_EQ(of({}), of(answers_to({{"way", chosen({"bike"})}})));
}

TEST(DestroyTextOfASurvey, NeedsTheText) {
  const TextName text{Revision{3}, "r1"};
  town().when(the_survey, DestroyText{text}).then_refused(Refusal::survey_unknown);
  opened().when(the_survey, DestroyText{text}).then_refused(Refusal::text_unknown);
  opened()
      .text_is_there()
      .when(the_survey, DestroyText{text})
      .then(TextDestructionRequested{text})
      .by(Engine{})
      .when(the_survey, CompleteTextDestruction{text})
      .then(TextDestroyed{text});
  town().when(the_survey, CompleteTextDestruction{text}).then_refused(Refusal::survey_unknown);
}

TEST(DestroySecretOfASurvey, IsDueBehindTheObjectionPeriod) {
  town().when(the_survey, DestroySecret{}).then_refused(Refusal::survey_unknown);
  auto world = opened().by(Engine{});
  world.when(the_survey, DestroySecret{}).then_refused(Refusal::secret_needed);
  world.given(the_survey, Closed{"Enough"});
  world.at_time(noon + days{30} - hours{1})
      .when(the_survey, DestroySecret{})
      .then_refused(Refusal::secret_needed);
  world.at_time(noon + days{30})
      .when(the_survey, DestroySecret{})
      .then(SecretDestroyed{})
      .when(the_survey, DestroySecret{})
      .then_refused(Refusal::secret_destroyed);
}

TEST(MayTakePartTwiceInASurvey, IsSoWhileItIsOpen) {
  auto world = drafted();
  const Position before = world.head();
  world.given(the_survey, Opened{});
  const Position behind = next(world.head());
  EXPECT_FALSE(may_take_part_twice(world.state<survey::State>(the_survey), before));
  EXPECT_TRUE(may_take_part_twice(world.state<survey::State>(the_survey), behind));
  world.given(the_survey, Closed{});
  EXPECT_FALSE(may_take_part_twice(world.state<survey::State>(the_survey), behind));
}

TEST(PhasesWithAnswers, LieOnTheirGrid) {
  auto phase = asking();
  phase.closes += minutes{1};
  given(the_project).when(the_project, project::DefinePhase{phase}).then_refused(Refusal::invalid, "/closes");
}

TEST(NamesOfSurveys, AreReadAsTheyAreWritten) {
  const AnswersId answers{the_survey, the_voter};
  EXPECT_EQ(contest_name(the_survey), "survey/traffic");
  EXPECT_EQ(parse_contest_name("survey/traffic"), ContestId{the_survey});
  EXPECT_EQ(subject(answers), "answers/traffic/v0");
  EXPECT_EQ(parse_subject("answers/traffic/v0"), StreamId{answers});
  EXPECT_EQ(parse_subject("survey/traffic"), StreamId{the_survey});
  EXPECT_EQ(contest_of(answers), ContestId{the_survey});
  EXPECT_FALSE(contest_of(the_survey));
  for (const auto* const wrong : {"survey", "survey/a/b", "answers/a", "answers/a/b/c"})
    EXPECT_FALSE(parse_subject(wrong)) << wrong;
  EXPECT_FALSE(parse_contest_name("survey/a/b"));
}

}  // namespace
}  // namespace stimmbuch::test
