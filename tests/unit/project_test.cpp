#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using project::ClosePhase;
using project::CloseProject;
using project::DefinePhase;
using project::ExtendPhase;
using project::Milestone;
using project::MilestonePlanned;
using project::MilestoneReport;
using project::MilestoneReported;
using project::OpenProject;
using project::PlanMilestone;
using project::Progress;
using project::ReopenPhase;
using project::ReportMilestone;
using project::ReviseProject;
using std::chrono::days;
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

// ---- milestones

const auto plan = id<MilestoneId>("plan");
constexpr Day today = std::chrono::floor<days>(noon);

Milestone milestone(std::string_view name) {
  return {id<MilestoneId>(name), words(name)};
}

World planned() {
  return given(the_project, MilestonePlanned{milestone("plan")});
}

ReportMilestone report(Progress status, Day on = today) {
  return {plan, {status, on, {}, status == Progress::dropped ? "Too wet" : ""}};
}

MilestoneReported reported(Progress status) {
  return {plan, report(status).report};
}

// A poll of the park that selected "a", and not "b".
World with_a_selected() {
  const poll::Count figures{
      {{option("a"), 2, 2, 1, poll::Outcome::selected}, {option("b"), 1, 1, 2, poll::Outcome::not_enough}},
      {}};
  auto world = given(the_poll, poll::Drafted{terms()}, poll::OptionsAdded{options("a", "b")},
                     poll::Opened{terms()}, poll::OptionsFixed{options("a", "b")}, poll::Closed{});
  return world.when(the_poll, count_poll(world.revision(the_poll), figures)).accepted();
}

PlanMilestone realising(std::string_view option, const PollId& poll = the_poll) {
  PlanMilestone command{milestone("plan")};
  command.milestone.realises = project::PollOption{poll, id<OptionId>(option)};
  return command;
}

TEST(PlanMilestone, SaysWhatIsToComeAndWhen) {
  given(the_project)
      .when(the_project, PlanMilestone{milestone("plan")})
      .then(MilestonePlanned{milestone("plan")});
  const Milestone full{plan, bilingual, words("Länger."), today + days{90}, {}, {"en"}};
  given(the_project).when(the_project, PlanMilestone{full}).then(MilestonePlanned{full});
}

TEST(PlanMilestone, HasTextsWithinTheirBounds) {
  const auto refuses = [](const Milestone& wrong, std::string_view where) {
    given(the_project).when(the_project, PlanMilestone{wrong}).then_refused(Refusal::invalid, where);
  };
  refuses({plan, {}}, "/title");
  refuses({plan, words(std::string(241, 'x'))}, "/title");
  refuses({plan, words("Plan"), words(std::string(3001, 'x'))}, "/text");
  auto foreign = milestone("plan");
  foreign.machine_translated = {"fr"};
  refuses(foreign, "/machine_translated");
}

TEST(PlanMilestone, HasAnIdOfItsOwn) {
  planned()
      .when(the_project, PlanMilestone{milestone("plan")})
      .then_refused(Refusal::milestone_exists, "/id");
}

TEST(PlanMilestone, IsBoundedInNumber) {
  auto world = given(the_project);
  for (std::size_t i = 0; i < project::milestones_max; ++i)
    world.given(the_project, MilestonePlanned{milestone(std::to_string(i))});
  world.when(the_project, PlanMilestone{milestone("plan")}).then_refused(Refusal::stream_full);
}

TEST(PlanMilestone, RealisesWhatACountSelected) {
  const auto command = realising("a");
  with_a_selected().when(the_project, command).then(MilestonePlanned{command.milestone});
  with_a_selected()
      .given(the_poll, poll::ResultCertified{})
      .when(the_project, command)
      .then(MilestonePlanned{command.milestone});
}

TEST(PlanMilestone, RealisesNothingElse) {
  const auto refuses = [](World world, const PlanMilestone& command) {
    world.when(the_project, command).then_refused(Refusal::option_not_selected, "/realises");
  };
  refuses(with_a_selected(), realising("b"));
  refuses(with_a_selected(), realising("z"));
  refuses(given(the_poll, poll::Drafted{terms()}, poll::OptionsAdded{options("a", "b")}), realising("a"));
  refuses(with_a_selected().given(the_poll, poll::LotProposed{}, poll::LotDrawn{}), realising("a"));
  refuses(with_a_selected().given(the_poll, poll::AnnulmentProposed{"x"}, poll::Annulled{}), realising("a"));
}

TEST(PlanMilestone, RealisesWhatAPollOfTheProjectSelected) {
  with_a_selected()
      .when(the_project, realising("a", id<PollId>("none")))
      .then_refused(Refusal::poll_unknown, "/realises/poll");
  with_a_selected()
      .given(other_project, project::Opened{words("Pool"), {}})
      .when(other_project, realising("a"))
      .then_refused(Refusal::poll_unknown, "/realises/poll");
}

TEST(ReportMilestone, FollowsItToItsEnd) {
  planned()
      .when(the_project, report(Progress::begun))
      .then(reported(Progress::begun))
      .when(the_project, report(Progress::done))
      .then(reported(Progress::done));
  planned().when(the_project, report(Progress::done)).then(reported(Progress::done));
  planned()
      .when(the_project, report(Progress::begun))
      .then(reported(Progress::begun))
      .when(the_project, report(Progress::dropped))
      .then(reported(Progress::dropped));
}

TEST(ReportMilestone, MovesItOn) {
  planned()
      .when(the_project, report(Progress::begun))
      .then(reported(Progress::begun))
      .when(the_project, report(Progress::begun))
      .then_refused(Refusal::milestone_not_later);
}

TEST(ReportMilestone, IsOverWhereItIsDoneOrDropped) {
  for (const auto end : {Progress::done, Progress::dropped}) {
    const auto over = planned().given(the_project, reported(end));
    for (const auto status : {Progress::begun, Progress::done, Progress::dropped})
      World(over).when(the_project, report(status)).then_refused(Refusal::milestone_over);
  }
}

TEST(ReportMilestone, SaysWhatHappenedAndNotWhatWill) {
  for (const auto status : {Progress::begun, Progress::done}) {
    planned().when(the_project, report(status, today + days{1})).then_refused(Refusal::invalid, "/on");
    planned().when(the_project, report(status, today - days{90})).accepted();
  }
  planned().when(the_project, report(Progress::dropped, today + days{1})).accepted();
}

TEST(ReportMilestone, GivesAReasonForWhatIsDroppedAndOnlyForThat) {
  auto unexplained = report(Progress::dropped);
  unexplained.report.reason.clear();
  planned().when(the_project, unexplained).then_refused(Refusal::invalid, "/reason");
  auto explained = report(Progress::done);
  explained.report.reason = "Luck";
  planned().when(the_project, explained).then_refused(Refusal::invalid, "/reason");
}

TEST(ReportMilestone, HasATextWithinItsBound) {
  auto told = report(Progress::done);
  told.report.text = words("Alle Bänke stehen.");
  planned().when(the_project, told).then(MilestoneReported{plan, told.report});
  told.report.text = words(std::string(3001, 'x'));
  planned().when(the_project, told).then_refused(Refusal::invalid, "/text");
}

TEST(ReportMilestone, IsOfAMilestoneOfTheProject) {
  given(the_project).when(the_project, report(Progress::begun)).then_refused(Refusal::milestone_unknown);
}

TEST(Milestones, OutliveTheParticipation) {
  given(the_project, project::Closed{})
      .when(the_project, PlanMilestone{milestone("plan")})
      .then(MilestonePlanned{milestone("plan")})
      .when(the_project, report(Progress::done))
      .then(reported(Progress::done));
}

TEST(Milestones, BelongToAProjectThatIsThere) {
  given(other_project)
      .when(other_project, PlanMilestone{milestone("plan")})
      .then_refused(Refusal::project_unknown);
  given(other_project).when(other_project, report(Progress::done)).then_refused(Refusal::project_unknown);
}

// ---- the end

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
