#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using contribution::HidingReason;
using project::Feature;
using rating::Rate;
using rating::WithdrawRating;
using report::Report;
using std::chrono::days;
using std::chrono::hours;

const auto talk = id<PhaseId>("talk");
const RatingsId the_ratings{the_project, talk, the_voter};
const ReportsId the_reports{the_project, talk, the_voter};
const auto the_comment = id<ContributionId>("well");

project::Phase discussion(project::RatingScale scale = project::RatingScale::votes) {
  auto phase = test::phase("talk", noon - hours{1}, noon + hours{1});
  phase.features = {Feature::comment, Feature::rate};
  phase.ratings = scale;
  return phase;
}

World with_comment(const project::Phase& phase = discussion()) {
  contribution::Submitted comment;
  comment.kind = contribution::Kind::comment;
  comment.project = the_project;
  comment.phase = talk;
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project_opened(), project::PhaseDefined{phase})
      .given(the_citizen, citizen::Registered{})
      .given(the_comment, comment);
  return world.by(the_voter).citizen(the_citizen);
}

// ---- ratings

TEST(RateContribution, IsGivenOnceAndChangeable) {
  with_comment()
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then(rating::Given{the_comment, Rating::up})
      .when(the_ratings, Rate{the_comment, Rating::down})
      .then(rating::Changed{the_comment, Rating::down, Rating::up})
      .when(the_ratings, WithdrawRating{the_comment})
      .then(rating::Withdrawn{the_comment, Rating::down})
      .when(the_ratings, WithdrawRating{the_comment})
      .then_refused(Refusal::not_rated);
}

TEST(RateContribution, IsByTheScaleOfThePhase) {
  for (const Rating rating : {Rating::agree, Rating::disagree, Rating::pass}) {
    with_comment(discussion(project::RatingScale::statements))
        .when(the_ratings, Rate{the_comment, rating})
        .accepted();
    with_comment()
        .when(the_ratings, Rate{the_comment, rating})
        .then_refused(Refusal::rating_of_other_scale, "/rating");
  }
  with_comment(discussion(project::RatingScale::statements))
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::rating_of_other_scale, "/rating");
}

TEST(RateContribution, NeedsAPhaseAnEntitlementAndSomethingToRead) {
  with_comment()
      .at_time(noon + hours{1})
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::phase_not_open);
  auto only_comments = discussion();
  only_comments.features = {Feature::comment};
  with_comment(only_comments)
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::feature_off);
  auto for_high = discussion();
  for_high.admissions = {{Feature::rate, Electorate{id<LevelId>("high"), {}, {}}}};
  with_comment(for_high)
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::level_too_low);
  with_comment()
      .citizen(std::nullopt)
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::citizen_unknown);
  with_comment()
      .when(the_ratings, Rate{id<ContributionId>("nothing"), Rating::up})
      .then_refused(Refusal::contribution_unknown, "/contribution");
  auto hidden = with_comment();
  hidden.given(the_comment, contribution::Hidden{})
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::contribution_not_shown, "/contribution");
  auto removed = with_comment();
  removed.given(the_comment, contribution::Removed{})
      .when(the_ratings, Rate{the_comment, Rating::up})
      .then_refused(Refusal::contribution_over, "/contribution");
}

TEST(RateContribution, LeavesRoomToWithdraw) {
  auto world = with_comment();
  world.given(the_ratings, rating::Given{the_comment, Rating::up});
  for (std::size_t commands = 1; commands + 2 < opinion::commands_max; ++commands)
    world.given(the_ratings, rating::Changed{the_comment, Rating::up, Rating::up});
  world.when(the_ratings, Rate{the_comment, Rating::down}).then_refused(Refusal::opinions_changed_out);
  world.when(the_ratings, WithdrawRating{the_comment}).accepted();
}

TEST(WithdrawRating, NeedsAnAccountThatIsNotErased) {
  auto world = with_comment().when(the_ratings, Rate{the_comment, Rating::up}).accepted();
  world.given(the_citizen, citizen::ErasureRequested{})
      .when(the_ratings, WithdrawRating{the_comment})
      .then_refused(Refusal::citizen_erased);
}

TEST(DefinePhaseWithRatings, HasAScaleOnlyWhereItRates) {
  auto phase = discussion(project::RatingScale::statements);
  given(the_project).when(the_project, project::DefinePhase{phase}).accepted();
  phase.features = {Feature::comment};
  given(the_project)
      .when(the_project, project::DefinePhase{phase})
      .then_refused(Refusal::invalid, "/ratings");
}

// ---- reports

TEST(ReportContribution, IsMadeOnce) {
  with_comment()
      .when(the_reports, Report{the_comment, HidingReason::insulting})
      .then(report::Made{the_comment, HidingReason::insulting})
      .when(the_reports, Report{the_comment, HidingReason::spam})
      .then_refused(Refusal::already_reported);
}

TEST(ReportContribution, IsPossibleSinceThePhaseBeganUntilItsSecretEnds) {
  const Report report{the_comment, HidingReason::spam};
  with_comment().at_time(noon - hours{2}).when(the_reports, report).then_refused(Refusal::phase_not_open);
  auto later = with_comment().at_time(noon + days{20});
  later.when(the_reports, report).accepted();
  later.given(the_project, project::Closed{}).when(the_reports, report).accepted();
  later.given(the_project, project::SecretDestroyed{talk, OpinionKind::report})
      .when(the_reports, report)
      .then_refused(Refusal::secret_destroyed);
}

TEST(ReportContribution, IsForWhoeverHasAnAccount) {
  auto for_high = discussion();
  for_high.admissions = {{Feature::comment, Electorate{id<LevelId>("high"), {}, {}}}};
  const Report report{the_comment, HidingReason::spam};
  with_comment(for_high).when(the_reports, report).accepted();
  auto blocked_since = with_comment();
  blocked_since.given(the_citizen, citizen::Blocked{})
      .when(the_reports, report)
      .then_refused(Refusal::citizen_blocked);
  with_comment()
      .when(the_reports, Report{id<ContributionId>("nothing"), HidingReason::spam})
      .then_refused(Refusal::contribution_unknown, "/contribution");
}

TEST(ReportContribution, NeedsAPhaseWithContributions) {
  auto voting = test::phase("talk", noon - hours{1}, noon + hours{1});
  voting.features = {Feature::vote};
  const Report report{the_comment, HidingReason::spam};
  with_comment(voting).when(the_reports, report).then_refused(Refusal::feature_off);
  const ReportsId nowhere{id<ProjectId>("pool"), talk, the_voter};
  with_comment().when(nowhere, report).then_refused(Refusal::project_unknown);
  const ReportsId never{the_project, id<PhaseId>("never"), the_voter};
  with_comment().when(never, report).then_refused(Refusal::phase_unknown);
}

TEST(ReportContribution, IsBounded) {
  auto world = with_comment();
  for (std::size_t i = 0; i < report::reports_max; ++i)
    world.given(the_reports, report::Made{id<ContributionId>("x" + std::to_string(i)), HidingReason::spam});
  world.when(the_reports, Report{the_comment, HidingReason::spam}).then_refused(Refusal::stream_full);
}

TEST(DismissReports, IsPossibleUntilTheTextsEnd) {
  auto world = with_comment().by(ada);
  world.when(the_comment, contribution::DismissReports{}).then(contribution::ReportsDismissed{});
  world.given(the_comment, contribution::Removed{})
      .when(the_comment, contribution::DismissReports{})
      .then_refused(Refusal::contribution_over);
}

}  // namespace
}  // namespace stimmbuch::test
