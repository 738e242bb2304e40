#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using contribution::Answer;
using contribution::Answered;
using contribution::Appeal;
using contribution::AppealDecided;
using contribution::Appealed;
using contribution::CompleteRemoval;
using contribution::CompleteTextDestruction;
using contribution::DecideAppeal;
using contribution::DestroyText;
using contribution::Hidden;
using contribution::Hide;
using contribution::HidingReason;
using contribution::Kind;
using contribution::Manner;
using contribution::Merge;
using contribution::Merged;
using contribution::Release;
using contribution::Released;
using contribution::Remove;
using contribution::Removed;
using contribution::Restore;
using contribution::Restored;
using contribution::Revise;
using contribution::Revised;
using contribution::Status;
using contribution::Submit;
using contribution::Submitted;
using contribution::Withdraw;
using contribution::Withdrawn;
using project::Feature;
using std::chrono::hours;

const auto the_contribution = id<ContributionId>("bench");
const auto another = id<ContributionId>("pond");
const auto third = id<ContributionId>("swing");
const auto other_citizen = id<CitizenId>("carl");
const auto ideas = id<PhaseId>("ideas");

project::Phase open_phase() {
  auto open = phase("ideas", noon - hours{1}, noon + hours{1});
  open.features = {Feature::propose, Feature::comment};
  return open;
}

// Two citizens, and a phase in which proposals and comments are made.
World town(bool premoderated = false, const project::Phase& phase = open_phase()) {
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project::Opened{words("Park"), {}, {}, premoderated}, project::PhaseDefined{phase})
      .given(the_citizen, citizen::Registered{})
      .given(other_citizen, citizen::Registered{});
  return world.by(the_citizen);
}

Commitments of_proposal() {
  return {{"text", commitment("x")}, {"title", commitment("t")}};
}
Commitments one_text(std::string_view field) {
  return {{std::string(field), commitment("r")}};
}

Submit proposal() {
  return {Kind::proposal, the_project, ideas, {}, {}, "de", of_proposal()};
}
Submit comment(std::optional<ContributionId> parent = {}) {
  return {Kind::comment, the_project, ideas, parent, {}, {}, one_text("text")};
}
Submitted submitted(const Submit& command, bool pending = false, std::uint32_t depth = 0) {
  return {command.kind,   command.project,  command.phase, command.parent, depth,
          command.amends, command.language, command.texts, pending};
}

// A proposal of the citizen.
World with_proposal(bool premoderated = false) {
  auto world = town(premoderated);
  return world.given(the_contribution, submitted(proposal(), premoderated));
}

Hide hide(Manner manner) {
  return {manner, HidingReason::insulting, one_text("note")};
}

// ---- submitting

TEST(SubmitContribution, RecordsAProposalOrAComment) {
  town().when(the_contribution, proposal()).then(submitted(proposal()));
  town().when(the_contribution, comment()).then(submitted(comment()));
}

TEST(SubmitContribution, WaitsForReleaseWhereTheProjectIsPremoderated) {
  town(true).when(the_contribution, proposal()).then(submitted(proposal(), true));
}

TEST(SubmitContribution, HappensOnce) {
  with_proposal().when(the_contribution, proposal()).then_refused(Refusal::contribution_exists);
}

TEST(SubmitContribution, NeedsAPhaseThatIsOpenForIt) {
  auto elsewhere = proposal();
  elsewhere.project = id<ProjectId>("pool");
  town().when(the_contribution, elsewhere).then_refused(Refusal::project_unknown);
  auto later = proposal();
  later.phase = id<PhaseId>("later");
  town().when(the_contribution, later).then_refused(Refusal::phase_unknown);
  town().at_time(noon + hours{1}).when(the_contribution, proposal()).then_refused(Refusal::phase_not_open);
  auto closed = town();
  closed.given(the_project, project::Closed{})
      .when(the_contribution, proposal())
      .then_refused(Refusal::project_closed);
  auto only_comments = open_phase();
  only_comments.features = {Feature::comment};
  town(false, only_comments).when(the_contribution, proposal()).then_refused(Refusal::feature_off);
  town(false, only_comments).when(the_contribution, comment()).accepted();
}

TEST(SubmitContribution, IsForWhomThePhaseAdmits) {
  auto for_residents = open_phase();
  for_residents.admissions = {
      {Feature::propose, Electorate{id<LevelId>("low"), {id<DistrictId>("north")}, {}}}};
  auto world = town(false, for_residents);
  world.when(the_contribution, proposal()).then_refused(Refusal::level_too_low);
  world.when(the_contribution, comment()).accepted();
  auto southern = world;
  southern.given(the_citizen, verified(cell("low", "south", "old")))
      .when(the_contribution, proposal())
      .then_refused(Refusal::district_not_entitled);
  world.given(the_citizen, verified(cell("low", "north", "old")))
      .when(the_contribution, proposal())
      .accepted();
}

TEST(SubmitContribution, IsForCitizensOnly) {
  town().by(ada).when(the_contribution, proposal()).then_refused(Refusal::citizen_unknown);
  town()
      .by(id<CitizenId>("nobody"))
      .when(the_contribution, proposal())
      .then_refused(Refusal::citizen_unknown);
  auto blocked = town();
  blocked.given(the_citizen, citizen::Blocked{})
      .when(the_contribution, proposal())
      .then_refused(Refusal::citizen_blocked);
  auto erased = town();
  erased.given(the_citizen, citizen::ErasureRequested{})
      .when(the_contribution, proposal())
      .then_refused(Refusal::citizen_erased);
}

TEST(SubmitContribution, HasTheTextsOfItsKind) {
  auto untitled = proposal();
  untitled.texts.erase("title");
  town().when(the_contribution, untitled).then_refused(Refusal::invalid);
  auto titled = comment();
  titled.texts = of_proposal();
  town().when(the_contribution, titled).then_refused(Refusal::invalid);
  auto odd = proposal();
  odd.language = "deu";
  town().when(the_contribution, odd).then_refused(Refusal::invalid, "/language");
}

TEST(SubmitContribution, AnswersAContributionThatIsShown) {
  auto world = with_proposal().by(other_citizen);
  world.when(another, comment(the_contribution)).then(submitted(comment(the_contribution), false, 1));
  world.when(another, comment(third)).then_refused(Refusal::contribution_unknown, "/parent");
  auto pending = with_proposal(true);
  pending.when(another, comment(the_contribution)).then_refused(Refusal::contribution_not_shown, "/parent");
  auto hidden = with_proposal();
  hidden.given(the_contribution, Hidden{})
      .when(another, comment(the_contribution))
      .then_refused(Refusal::contribution_not_shown, "/parent");
  auto withdrawn = with_proposal();
  withdrawn.given(the_contribution, Withdrawn{{}, one_text("reason")})
      .when(another, comment(the_contribution))
      .then_refused(Refusal::contribution_over, "/parent");
  auto answering = proposal();
  answering.parent = the_contribution;
  world.when(another, answering).then_refused(Refusal::invalid, "/parent");
}

TEST(SubmitContribution, IsNestedToADepth) {
  auto world = with_proposal();
  const auto deepest = submitted(comment(the_contribution), false, contribution::depth_max);
  world.given(another, deepest)
      .when(third, comment(another))
      .then_refused(Refusal::nested_too_deep, "/parent");
}

TEST(SubmitContribution, AmendsAVersionOfAProposal) {
  auto amending = proposal();
  amending.amends = {the_contribution, 1};
  with_proposal().when(another, amending).then(submitted(amending));
  amending.amends->version = 2;
  with_proposal().when(another, amending).then_refused(Refusal::version_unknown, "/amends/version");
  amending.amends->version = 0;
  with_proposal().when(another, amending).then_refused(Refusal::version_unknown, "/amends/version");
  amending.amends = {third, 1};
  with_proposal().when(another, amending).then_refused(Refusal::contribution_unknown, "/amends");
  auto with_comment = town();
  with_comment.given(third, submitted(comment()))
      .when(another, amending)
      .then_refused(Refusal::not_a_proposal, "/amends");
  auto odd = comment();
  odd.amends = {the_contribution, 1};
  with_proposal().when(another, odd).then_refused(Refusal::invalid, "/amends");
}

// ---- revising and releasing

TEST(ReviseContribution, MakesANewVersion) {
  with_proposal().when(the_contribution, Revise{of_proposal()}).then(Revised{2, of_proposal()});
  with_proposal(true).when(the_contribution, Revise{of_proposal()}).then(Revised{2, of_proposal(), true});
}

TEST(ReviseContribution, IsForTheAuthorWhileNobodyDecided) {
  with_proposal()
      .by(other_citizen)
      .when(the_contribution, Revise{of_proposal()})
      .then_refused(Refusal::not_the_author);
  with_proposal().when(another, Revise{of_proposal()}).then_refused(Refusal::contribution_unknown);
  with_proposal().when(the_contribution, Revise{one_text("text")}).then_refused(Refusal::invalid);
  for (const Status decided : {Status::accepted, Status::rejected}) {
    auto world = with_proposal();
    world.given(the_contribution, Answered{decided, one_text("answer/de")})
        .when(the_contribution, Revise{of_proposal()})
        .then_refused(Refusal::contribution_decided);
  }
  auto merged = with_proposal();
  merged.given(the_contribution, Merged{another, "Same"})
      .when(the_contribution, Revise{of_proposal()})
      .then_refused(Refusal::contribution_over);
  with_proposal()
      .at_time(noon + hours{2})
      .when(the_contribution, Revise{of_proposal()})
      .then_refused(Refusal::phase_not_open);
}

TEST(ReleaseContribution, ShowsTheNewestVersion) {
  auto world = with_proposal(true).by(ada);
  world.when(the_contribution, Release{1}).then(Released{1});
  world.when(the_contribution, Release{2}).then_refused(Refusal::version_unknown, "/version");
  world.when(the_contribution, Release{0}).then_refused(Refusal::version_unknown, "/version");
  world.given(the_contribution, Revised{2, of_proposal(), true});
  world.when(the_contribution, Release{1}).then_refused(Refusal::nothing_to_release, "/version");
  world.when(the_contribution, Release{2})
      .then(Released{2})
      .when(the_contribution, Release{2})
      .then_refused(Refusal::nothing_to_release, "/version");
}

// ---- the end of proposals

TEST(WithdrawProposal, NeedsAReasonAndMayNameASuccessor) {
  auto world = with_proposal();
  world.given(another, submitted(proposal()));
  world.when(the_contribution, Withdraw{another, one_text("reason")})
      .then(Withdrawn{another, one_text("reason")});
  world.when(the_contribution, Withdraw{{}, {}}).then_refused(Refusal::invalid, "/reason");
  world.when(the_contribution, Withdraw{the_contribution, one_text("reason")})
      .then_refused(Refusal::invalid, "/successor");
  world.when(the_contribution, Withdraw{third, one_text("reason")})
      .then_refused(Refusal::contribution_unknown, "/successor");
  world.by(other_citizen)
      .when(the_contribution, Withdraw{{}, one_text("reason")})
      .then_refused(Refusal::not_the_author);
}

TEST(WithdrawProposal, IsForProposalsThatLast) {
  auto comments = town();
  comments.given(the_contribution, submitted(comment()))
      .when(the_contribution, Withdraw{{}, one_text("reason")})
      .then_refused(Refusal::not_a_proposal);
  auto world = with_proposal();
  world.when(the_contribution, Withdraw{{}, one_text("reason")})
      .accepted()
      .when(the_contribution, Withdraw{{}, one_text("reason")})
      .then_refused(Refusal::contribution_over);
}

TEST(MergeProposals, JoinsTwoOfOnePhase) {
  auto world = with_proposal();
  auto elsewhere = proposal();
  elsewhere.phase = id<PhaseId>("earlier");
  world.given(another, submitted(proposal())).given(third, submitted(elsewhere)).by(ada);
  world.when(the_contribution, Merge{another, "Same"}).then(Merged{another, "Same"});
  world.when(the_contribution, Merge{third, "Same"}).then_refused(Refusal::other_phase, "/into");
  world.when(the_contribution, Merge{the_contribution, "Same"}).then_refused(Refusal::invalid, "/into");
  world.when(the_contribution, Merge{another, ""}).then_refused(Refusal::invalid, "/reason");
  world.given(another, Merged{third, "Same"})
      .when(the_contribution, Merge{another, "Same"})
      .then_refused(Refusal::contribution_over, "/into");
}

// ---- answers

TEST(AnswerProposal, GoesFromReviewToADecisionAndOn) {
  auto world = with_proposal().by(ada);
  const auto why = one_text("answer/de");
  world.when(the_contribution, Answer{Status::in_review, {}})
      .then(Answered{Status::in_review, {}})
      .when(the_contribution, Answer{Status::accepted, why})
      .then(Answered{Status::accepted, why})
      .when(the_contribution, Answer{Status::realised, {}})
      .then(Answered{Status::realised, {}})
      .when(the_contribution, Answer{Status::in_review, {}})
      .then_refused(Refusal::status_not_possible, "/status");
  world.when(the_contribution, Answer{Status::realised, {}})
      .then_refused(Refusal::status_not_possible, "/status");
  world.when(the_contribution, Answer{Status::received, {}})
      .then_refused(Refusal::status_not_possible, "/status");
}

TEST(AnswerProposal, GivesAReasonForARejection) {
  auto world = with_proposal().by(ada);
  world.when(the_contribution, Answer{Status::rejected, {}})
      .then_refused(Refusal::rejection_needs_reason, "/answer");
  world.when(the_contribution, Answer{Status::rejected, one_text("answer/de")})
      .accepted()
      .when(the_contribution, Answer{Status::in_review, {}})
      .then(Answered{Status::in_review, {}});
  world.when(the_contribution, Answer{Status::rejected, one_text("why")})
      .then_refused(Refusal::invalid, "/answer");
}

TEST(AnswerProposal, IsForProposals) {
  auto comments = town();
  comments.given(the_contribution, submitted(comment()))
      .by(ada)
      .when(the_contribution, Answer{Status::in_review, {}})
      .then_refused(Refusal::not_a_proposal);
}

// ---- taking away

TEST(RemoveContribution, IsForTheAuthorOnce) {
  with_proposal()
      .when(the_contribution, Remove{})
      .then(Removed{})
      .when(the_contribution, Remove{})
      .then_refused(Refusal::contribution_over);
  with_proposal().by(other_citizen).when(the_contribution, Remove{}).then_refused(Refusal::not_the_author);
  town().when(the_contribution, Remove{}).then_refused(Refusal::contribution_unknown);
}

TEST(HideContribution, CanBeDoneUntilItsTextsEnd) {
  auto world = with_proposal().by(ada);
  const Hidden blocked{Manner::blocked, HidingReason::insulting, one_text("note")};
  world.when(the_contribution, hide(Manner::blocked)).then(blocked);
  world.when(the_contribution, hide(Manner::removed))
      .accepted()
      .when(the_contribution, hide(Manner::blocked))
      .then_refused(Refusal::contribution_over);
  world.when(the_contribution, Hide{Manner::blocked, HidingReason::spam, one_text("text")})
      .then_refused(Refusal::invalid, "/note");
}

TEST(RestoreContribution, TakesBackOneHidingOnly) {
  auto world = with_proposal().by(ada);
  world.given(the_contribution, Hidden{});
  const Position first = world.head();
  world.given(the_contribution, Hidden{});
  const Position second = world.head();
  EXPECT_FALSE(world.state<contribution::State>(the_contribution).is_shown());
  auto once = world.when(the_contribution, Restore{first}).then(Restored{first});
  EXPECT_FALSE(once.state<contribution::State>(the_contribution).is_shown());
  once.when(the_contribution, Restore{first}).then_refused(Refusal::nothing_to_restore, "/hiding");
  auto twice = once.when(the_contribution, Restore{second}).then(Restored{second});
  EXPECT_TRUE(twice.state<contribution::State>(the_contribution).is_shown());
  world.when(the_contribution, Restore{Position{1}}).then_refused(Refusal::hiding_unknown, "/hiding");
}

TEST(RestoreContribution, CannotBringDestroyedTextsBack) {
  auto world = with_proposal().by(ada);
  world.given(the_contribution, Hidden{Manner::removed, HidingReason::illegal, {}});
  world.when(the_contribution, Restore{world.head()}).then_refused(Refusal::nothing_to_restore, "/hiding");
}

// ---- appeals

World appealed() {
  auto world = with_proposal().by(ada);
  world.given(the_contribution, Hidden{});
  const Position hiding = world.head();
  return world.by(the_citizen).given(the_contribution, Appealed{hiding, one_text("appeal")});
}

TEST(AppealHiding, IsForTheAuthorOnceForEach) {
  auto world = with_proposal().by(ada);
  world.given(the_contribution, Hidden{});
  const Position hiding = world.head();
  const Appeal appeal{hiding, one_text("appeal")};
  world.by(other_citizen).when(the_contribution, appeal).then_refused(Refusal::not_the_author);
  world.by(the_citizen)
      .when(the_contribution, appeal)
      .then(Appealed{hiding, one_text("appeal")})
      .when(the_contribution, appeal)
      .then_refused(Refusal::already_appealed, "/hiding");
  world.when(the_contribution, Appeal{hiding, {}}).then_refused(Refusal::invalid, "/appeal");
  world.when(the_contribution, Appeal{Position{1}, one_text("appeal")})
      .then_refused(Refusal::hiding_unknown, "/hiding");
  world.given(the_contribution, Restored{hiding})
      .when(the_contribution, appeal)
      .then_refused(Refusal::nothing_to_restore, "/hiding");
}

TEST(DecideAppeal, IsForAnotherOfficialThanWhoHidIt) {
  auto world = appealed();
  const Position appeal = world.head();
  const DecideAppeal granted{appeal, true, one_text("decision")};
  world.by(ada).when(the_contribution, granted).then_refused(Refusal::same_official);
  auto decided =
      world.by(ben).when(the_contribution, granted).then(AppealDecided{appeal, true, one_text("decision")});
  EXPECT_TRUE(decided.state<contribution::State>(the_contribution).is_shown());
  decided.when(the_contribution, granted).then_refused(Refusal::appeal_decided, "/appeal");
  world.when(the_contribution, DecideAppeal{appeal, true, {}}).then_refused(Refusal::invalid, "/decision");
  world.when(the_contribution, DecideAppeal{Position{1}, true, one_text("decision")})
      .then_refused(Refusal::appeal_unknown, "/appeal");
}

TEST(DecideAppeal, LeavesItHiddenWhenRefused) {
  auto world = appealed();
  const DecideAppeal refused{world.head(), false, one_text("decision")};
  auto decided = world.by(ben).when(the_contribution, refused).accepted();
  EXPECT_FALSE(decided.state<contribution::State>(the_contribution).is_shown());
}

// ---- destroying texts

TEST(DestroyTextOfAContribution, IsForTheAuthorAndOfficials) {
  const TextName text{Revision{0}, "text"};
  const contribution::TextDestructionRequested requested{text};
  with_proposal().text_is_there().when(the_contribution, DestroyText{text}).then(requested);
  with_proposal().by(ada).text_is_there().when(the_contribution, DestroyText{text}).then(requested);
  with_proposal()
      .by(other_citizen)
      .text_is_there()
      .when(the_contribution, DestroyText{text})
      .then_refused(Refusal::not_the_author);
  with_proposal().when(the_contribution, DestroyText{text}).then_refused(Refusal::text_unknown);
  with_proposal()
      .by(Engine{})
      .when(the_contribution, CompleteTextDestruction{text})
      .then(contribution::TextDestroyed{text});
}

TEST(CompleteRemoval, FollowsARemovalOnce) {
  auto world = with_proposal();
  world.when(the_contribution, CompleteRemoval{}).then_refused(Refusal::invalid);
  world.given(the_contribution, Removed{});
  world.by(Engine{})
      .when(the_contribution, CompleteRemoval{})
      .then(contribution::TextsDestroyed{})
      .when(the_contribution, CompleteRemoval{})
      .then_refused(Refusal::invalid);
}

}  // namespace
}  // namespace stimmbuch::test
