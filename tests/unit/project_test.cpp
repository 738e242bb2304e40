#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using project::ClosePhase;
using project::CloseProject;
using project::DefinePhase;
using project::ExtendPhase;
using project::OpenProject;
using project::ReopenPhase;
using project::ReviseProject;
using std::chrono::hours;

const auto other_project = id<ProjectId>("pool");

World with_phases() {
  return given(the_project, project::PhaseDefined{phase("ideas", noon, noon + hours{2})},
               project::PhaseDefined{phase("vote", noon + hours{4}, noon + hours{6})});
}

ExtendPhase extend(std::string_view phase, Time closes) {
  return {id<PhaseId>(phase), closes, "Holidays"};
}

ClosePhase close(std::string_view phase) {
  return {id<PhaseId>(phase), "Enough"};
}

ReopenPhase reopen(std::string_view phase, Time closes) {
  return {id<PhaseId>(phase), closes, "More"};
}

TEST(OpenProject, RecordsTitleAndSummary) {
  given(other_project)
      .when(other_project, OpenProject{words("Pool"), words("Longer.")})
      .then(project::Opened{words("Pool"), words("Longer.")});
}

TEST(OpenProject, HappensOnce) {
  given(the_project).when(the_project, OpenProject{words("Park"), {}}).then_refused(Refusal::project_exists);
}

TEST(OpenProject, NeedsATitle) {
  given(other_project).when(other_project, OpenProject{{}, {}}).then_refused(Refusal::invalid, "/title");
  given(other_project)
      .when(other_project, OpenProject{words("Pool"), words(std::string(3001, 'x'))})
      .then_refused(Refusal::invalid, "/summary");
}

const LocalizedText bilingual{{"de", "Becken"}, {"en", "Pool"}};

TEST(OpenProject, NamesWhatAMachineTranslated) {
  given(other_project)
      .when(other_project, OpenProject{bilingual, words("Länger."), {"en"}})
      .then(project::Opened{bilingual, words("Länger."), {"en"}});
  for (const Languages& wrong : {Languages{"fr"}, Languages{"en", "en"}, Languages{"en", "de"}}) {
    given(other_project)
        .when(other_project, OpenProject{bilingual, {}, wrong})
        .then_refused(Refusal::invalid, "/machine_translated");
  }
}

TEST(ReviseProject, ReplacesTheTexts) {
  given(the_project)
      .when(the_project, ReviseProject{bilingual, words("Länger."), {"de", "en"}})
      .then(project::Revised{bilingual, words("Länger."), {"de", "en"}});
  // They may be the same as before.
  given(the_project)
      .when(the_project, ReviseProject{words("Park"), {}})
      .then(project::Revised{words("Park"), {}});
}

TEST(ReviseProject, TakesWhatAnOpeningWould) {
  given(the_project).when(the_project, ReviseProject{{}, {}}).then_refused(Refusal::invalid, "/title");
  given(the_project)
      .when(the_project, ReviseProject{words("Park"), words(std::string(3001, 'x'))})
      .then_refused(Refusal::invalid, "/summary");
  given(the_project)
      .when(the_project, ReviseProject{words("Park"), {}, {"en"}})
      .then_refused(Refusal::invalid, "/machine_translated");
}

TEST(ReviseProject, IsForOpenProjects) {
  given(other_project)
      .when(other_project, ReviseProject{words("Pool"), {}})
      .then_refused(Refusal::project_unknown);
  given(the_project, project::Closed{})
      .when(the_project, ReviseProject{words("Park"), {}})
      .then_refused(Refusal::project_closed);
}

TEST(DefinePhase, IsAHalfOpenIntervalBesideTheOthers) {
  const auto between = phase("talk", noon + hours{2}, noon + hours{4});
  with_phases().when(the_project, DefinePhase{between}).then(project::PhaseDefined{between});
  with_phases()
      .when(the_project, DefinePhase{phase("talk", noon + hours{1}, noon + hours{3})})
      .then_refused(Refusal::phases_overlap);
  with_phases()
      .when(the_project, DefinePhase{phase("talk", noon + hours{3}, noon + hours{5})})
      .then_refused(Refusal::phases_overlap);
  with_phases()
      .when(the_project, DefinePhase{phase("talk", noon - hours{1}, noon + hours{9})})
      .then_refused(Refusal::phases_overlap);
}

TEST(DefinePhase, HasATitleAnIdOfItsOwnAndALength) {
  with_phases()
      .when(the_project, DefinePhase{phase("ideas", noon + hours{8}, noon + hours{9})})
      .then_refused(Refusal::phase_exists, "/id");
  given(the_project)
      .when(the_project, DefinePhase{phase("x", noon, noon)})
      .then_refused(Refusal::invalid, "/closes");
  auto untitled = phase("x", noon, noon + hours{1});
  untitled.title.clear();
  given(the_project).when(the_project, DefinePhase{untitled}).then_refused(Refusal::invalid, "/title");
}

TEST(DefinePhase, IsBoundedInNumber) {
  auto world = given(the_project);
  for (std::size_t i = 0; i < project::phases_max; ++i) {
    const auto begin = noon + hours{i};
    world.given(the_project, project::PhaseDefined{phase(std::to_string(i), begin, begin + hours{1})});
  }
  world.when(the_project, DefinePhase{phase("x", noon - hours{2}, noon - hours{1})})
      .then_refused(Refusal::stream_full);
}

TEST(ExtendPhase, MovesTheEndToLaterOnly) {
  auto world = with_phases()
                   .when(the_project, extend("ideas", noon + hours{4}))
                   .then(project::PhaseExtended{id<PhaseId>("ideas"), noon + hours{4}, "Holidays"});
  EXPECT_EQ(world.state<project::State>(the_project).phases[0].closes, noon + hours{4});
  world.when(the_project, extend("ideas", noon + hours{4}))
      .then_refused(Refusal::extension_not_later, "/closes");
  world.when(the_project, extend("ideas", noon + hours{5})).then_refused(Refusal::phases_overlap);
  world.when(the_project, extend("talk", noon + hours{5})).then_refused(Refusal::phase_unknown);
  world.when(the_project, ExtendPhase{id<PhaseId>("vote"), noon + hours{9}, ""})
      .then_refused(Refusal::invalid, "/reason");
}

TEST(ExtendPhase, IsForPhasesThatAreNotOver) {
  with_phases()
      .at_time(noon + hours{2})
      .when(the_project, extend("ideas", noon + hours{3}))
      .then_refused(Refusal::phase_over);
  with_phases()
      .at_time(noon + hours{1})
      .when(the_project, extend("ideas", noon + hours{3}))
      .then(project::PhaseExtended{id<PhaseId>("ideas"), noon + hours{3}, "Holidays"});
}

TEST(ClosePhase, EndsAPhaseThatIsOpen) {
  auto world = with_phases()
                   .at_time(noon + hours{1})
                   .when(the_project, close("ideas"))
                   .then(project::PhaseClosed{id<PhaseId>("ideas"), "Enough"});
  EXPECT_EQ(world.state<project::State>(the_project).phases[0].closes, noon + hours{1});
  world.when(the_project, close("ideas")).then_refused(Refusal::phase_not_open);
  world.when(the_project, close("vote")).then_refused(Refusal::phase_not_open);
  world.when(the_project, close("talk")).then_refused(Refusal::phase_unknown);
  with_phases()
      .at_time(noon)
      .when(the_project, ClosePhase{id<PhaseId>("ideas"), ""})
      .then_refused(Refusal::invalid, "/reason");
}

TEST(ClosePhase, LeavesRoomForAnotherPhase) {
  const auto next = phase("talk", noon + hours{1}, noon + hours{4});
  with_phases()
      .at_time(noon + hours{1})
      .when(the_project, close("ideas"))
      .then(project::PhaseClosed{id<PhaseId>("ideas"), "Enough"})
      .when(the_project, DefinePhase{next})
      .then(project::PhaseDefined{next});
}

TEST(ReopenPhase, IsForPhasesThatAreOver) {
  auto world = with_phases().at_time(noon + hours{2});
  world.when(the_project, reopen("ideas", noon + hours{2})).then_refused(Refusal::invalid, "/closes");
  world.when(the_project, reopen("ideas", noon + hours{5})).then_refused(Refusal::phases_overlap);
  world.when(the_project, reopen("vote", noon + hours{9})).then_refused(Refusal::phase_not_over);
  world = world.when(the_project, reopen("ideas", noon + hours{3}))
              .then(project::PhaseReopened{id<PhaseId>("ideas"), noon + hours{3}, "More"});
  const auto reopened = world.state<project::State>(the_project).phases[0];
  EXPECT_EQ(reopened.opens, noon + hours{2});
  EXPECT_EQ(reopened.closes, noon + hours{3});
  world.when(the_project, reopen("ideas", noon + hours{4})).then_refused(Refusal::phase_not_over);
}

TEST(DefinePhase, SaysWhatMayBeDone) {
  auto ideas = phase("swap", noon + hours{8}, noon + hours{9});
  ideas.kind = project::PhaseKind::ideas;
  ideas.features = {project::Feature::propose, project::Feature::comment};
  with_phases().when(the_project, DefinePhase{ideas}).then(project::PhaseDefined{ideas});
  ideas.features.push_back(project::Feature::propose);
  with_phases().when(the_project, DefinePhase{ideas}).then_refused(Refusal::invalid, "/features");
}

TEST(DefinePhase, NamesWhatAMachineTranslated) {
  auto talk = phase("talk", noon + hours{8}, noon + hours{9});
  talk.title = bilingual;
  talk.machine_translated = {"en"};
  with_phases().when(the_project, DefinePhase{talk}).then(project::PhaseDefined{talk});
  talk.machine_translated = {"fr"};
  with_phases().when(the_project, DefinePhase{talk}).then_refused(Refusal::invalid, "/machine_translated");
}

TEST(CloseProject, EndsIt) {
  auto world = given(the_project).when(the_project, CloseProject{}).then(project::Closed{});
  world.when(the_project, CloseProject{}).then_refused(Refusal::project_closed);
  world.when(the_project, DefinePhase{phase("x", noon, noon + hours{1})})
      .then_refused(Refusal::project_closed);
  world.when(the_project, extend("x", noon)).then_refused(Refusal::project_closed);
}

TEST(Project, MustBeOpenedFirst) {
  given(other_project).when(other_project, CloseProject{}).then_refused(Refusal::project_unknown);
  given(other_project)
      .when(other_project, DefinePhase{phase("x", noon, noon + hours{1})})
      .then_refused(Refusal::project_unknown);
  given(other_project).when(other_project, extend("x", noon)).then_refused(Refusal::project_unknown);
}

}  // namespace
}  // namespace stimmbuch::test
