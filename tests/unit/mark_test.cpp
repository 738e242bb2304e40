// Marks on the map, and comments on the results of surveys.
#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using contribution::Kind;
using contribution::Revise;
using contribution::Revised;
using contribution::Submit;
using contribution::Submitted;
using project::Category;
using project::Feature;
using std::chrono::hours;

const auto the_mark = id<ContributionId>("lamp");
const auto ideas = id<PhaseId>("ideas");
const auto dark = id<CategoryId>("dark");

const Area area{{0, 0}, {100, 0}, {100, 100}, {0, 100}};

project::Phase map_phase(std::vector<Category> categories = {{dark, words("Dunkel")}}) {
  auto open = phase("ideas", noon - hours{1}, noon + hours{1});
  open.features = {Feature::mark, Feature::comment};
  open.categories = std::move(categories);
  return open;
}

World town(const project::Phase& phase = map_phase()) {
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project::Opened{words("Park"), {}, {}, false, area}, project::PhaseDefined{phase})
      .given(the_citizen, citizen::Registered{});
  return world.by(the_citizen);
}

Commitments of_mark() {
  return {{"text", commitment("x")}, {"place", commitment("p")}};
}

Submit mark(const Place& place) {
  Submit command{Kind::mark, the_project, ideas, {}, {}, "de", of_mark()};
  command.category = dark;
  command.place = place;
  return command;
}

TEST(SubmitMark, RecordsItsCategoryAndNotItsPlace) {
  Submitted expected{Kind::mark, the_project, ideas, {}, 0, {}, "de", of_mark()};
  expected.category = dark;
  town().when(the_mark, mark({50, 50})).then(expected);
  // An audit, which does not know the place, finds the same.
  auto unseen = mark({});
  unseen.place.reset();
  town().when(the_mark, unseen).then(expected);
}

TEST(SubmitMark, NeedsATextAndAPlaceAndMayHaveAPhoto) {
  auto command = mark({50, 50});
  command.texts["photo"] = commitment("f");
  town().when(the_mark, command).accepted();
  command.texts.erase("place");
  town().when(the_mark, command).then_refused(Refusal::invalid);
  command = mark({50, 50});
  command.texts.erase("text");
  town().when(the_mark, command).then_refused(Refusal::invalid);
  command = mark({50, 50});
  command.texts["title"] = commitment("t");
  town().when(the_mark, command).then_refused(Refusal::invalid);
}

TEST(SubmitMark, LiesInTheProjectsArea) {
  town().when(the_mark, mark({0, 100})).accepted();
  town().when(the_mark, mark({101, 50})).then_refused(Refusal::outside_area, "/place");
  auto anywhere = town();
  anywhere.given(the_project, project::Revised{words("Park"), {}, {}, {}});
  anywhere.when(the_mark, mark({101, 50})).accepted();
  anywhere.when(the_mark, mark({0, 900'000'001})).then_refused(Refusal::invalid, "/place");
}

TEST(SubmitMark, IsOfACategoryOfThePhase) {
  auto command = mark({50, 50});
  command.category = id<CategoryId>("wet");
  town().when(the_mark, command).then_refused(Refusal::category_unknown, "/category");
  command.category.reset();
  town().when(the_mark, command).then_refused(Refusal::category_unknown, "/category");
  town(map_phase({})).when(the_mark, command).accepted();
  town(map_phase({})).when(the_mark, mark({50, 50})).then_refused(Refusal::category_unknown, "/category");
}

TEST(SubmitMark, NeedsAPhaseThatIsForMarks) {
  auto closed_for_marks = map_phase({});
  closed_for_marks.features = {Feature::comment};
  town(closed_for_marks).when(the_mark, mark({50, 50})).then_refused(Refusal::feature_off);
}

TEST(SubmitMark, AnswersAndAmendsNothing) {
  auto command = mark({50, 50});
  command.parent = the_mark;
  town().when(the_mark, command).then_refused(Refusal::invalid, "/parent");
  command.parent.reset();
  command.amends = contribution::Amendment{the_mark, 1};
  town().when(the_mark, command).then_refused(Refusal::invalid, "/amends");
  Submit comment{Kind::comment, the_project, ideas, {}, {}, "de", {{"text", commitment()}}};
  comment.category = dark;
  town().when(the_mark, comment).then_refused(Refusal::invalid, "/category");
}

TEST(ReviseMark, GivesItAnotherPlaceInTheArea) {
  auto world = town().when(the_mark, mark({50, 50})).accepted();
  world.when(the_mark, Revise{of_mark(), Place{60, 60}}).then(Revised{2, of_mark(), false});
  world.when(the_mark, Revise{of_mark(), Place{101, 0}}).then_refused(Refusal::outside_area, "/place");
  world.when(the_mark, Revise{{{"text", commitment()}}}).then_refused(Refusal::invalid);
}

TEST(ReportMark, IsPossibleWhereThereAreMarksOnly) {
  auto only_marks = map_phase();
  only_marks.features = {Feature::mark};
  auto world = town(only_marks).when(the_mark, mark({50, 50})).accepted();
  const auto voter = id<VoterId>("v1");
  world.by(voter)
      .citizen(the_citizen)
      .when(ReportsId{the_project, ideas, voter},
            report::Report{the_mark, contribution::HidingReason::personal_data})
      .accepted();
}

// ---- comments on the results of surveys

const auto the_survey = id<SurveyId>("traffic");

Submit about_survey() {
  Submit command{Kind::comment, the_project, ideas, {}, {}, "de", {{"text", commitment()}}};
  command.survey = the_survey;
  return command;
}

World with_survey(const ProjectId& project, bool open = true) {
  auto world = town();
  world.given(the_survey, survey::Drafted{{project, ideas, words("Traffic")}});
  if (open) world.given(the_survey, survey::Opened{});
  return world;
}

TEST(CommentOnASurvey, NamesOneOfTheProjectThatWasOpened) {
  Submitted expected{Kind::comment, the_project, ideas, {}, 0, {}, "de", {{"text", commitment()}}};
  expected.survey = the_survey;
  with_survey(the_project).when(the_mark, about_survey()).then(expected);
  town().when(the_mark, about_survey()).then_refused(Refusal::survey_unknown, "/survey");
  with_survey(id<ProjectId>("pool"))
      .when(the_mark, about_survey())
      .then_refused(Refusal::survey_unknown, "/survey");
  with_survey(the_project, false)
      .when(the_mark, about_survey())
      .then_refused(Refusal::survey_not_open, "/survey");
}

TEST(CommentOnASurvey, AnswersNothingElse) {
  auto command = about_survey();
  command.parent = the_mark;
  with_survey(the_project).when(the_mark, command).then_refused(Refusal::invalid, "/survey");
  auto proposal = about_survey();
  proposal.kind = Kind::proposal;
  proposal.texts = {{"text", commitment()}, {"title", commitment()}};
  auto world = with_survey(the_project);
  auto phase = map_phase();
  phase.id = id<PhaseId>("more");
  phase.opens = noon + hours{1};
  phase.closes = noon + hours{2};
  phase.features = {Feature::propose};
  phase.categories = {};
  world.given(the_project, project::PhaseDefined{phase});
  proposal.phase = phase.id;
  world.at_time(noon + hours{1}).when(the_mark, proposal).then_refused(Refusal::invalid, "/survey");
}

// ---- areas and categories

TEST(ReviseProject, ReplacesTheAreaWithTheTexts) {
  const Area other{{0, 0}, {5, 0}, {0, 5}};
  town()
      .by(ada)
      .when(the_project, project::ReviseProject{words("Park"), {}, {}, other})
      .then(project::Revised{words("Park"), {}, {}, other});
  const Area clockwise{{0, 5}, {5, 0}, {0, 0}};
  const Area crossing{{0, 0}, {5, 5}, {5, 0}, {0, 5}};
  for (const Area& wrong : {clockwise, crossing, Area{{0, 0}, {5, 0}}}) {
    town()
        .by(ada)
        .when(the_project, project::ReviseProject{words("Park"), {}, {}, wrong})
        .then_refused(Refusal::invalid, "/area");
    town()
        .by(ada)
        .when(id<ProjectId>("pool"), project::OpenProject{words("Pool"), {}, {}, false, wrong})
        .then_refused(Refusal::invalid, "/area");
  }
}

TEST(DefinePhase, HasCategoriesForMarksEachOnce) {
  const auto defined = [](project::Phase phase) {
    phase.id = id<PhaseId>("next");
    phase.opens = noon + hours{2};
    phase.closes = noon + hours{3};
    return town().by(ada).when(the_project, project::DefinePhase{phase});
  };
  defined(map_phase()).accepted();
  auto without_marks = map_phase();
  without_marks.features = {Feature::comment};
  defined(without_marks).then_refused(Refusal::invalid, "/categories");
  defined(map_phase({{dark, words("Dunkel")}, {dark, words("Dunkel")}}))
      .then_refused(Refusal::invalid, "/categories/1/id");
  defined(map_phase({{dark, {}}})).then_refused(Refusal::invalid, "/categories/0/title");
  std::vector<Category> many;
  for (int i = 0; i < 101; ++i) many.push_back({id<CategoryId>("c" + std::to_string(i)), words("x")});
  defined(map_phase(many)).then_refused(Refusal::invalid, "/categories");
  many.pop_back();
  defined(map_phase(many)).accepted();
  for (Category& category : many) category.title = words(std::string(240, 'x'));
  defined(map_phase(many)).then_refused(Refusal::invalid, "/categories");
  auto translated = map_phase();
  translated.machine_translated = {"en"};
  defined(translated).then_refused(Refusal::invalid, "/machine_translated");
  translated.categories[0].title["en"] = "Dark";
  defined(translated).accepted();
}

}  // namespace
}  // namespace stimmbuch::test
