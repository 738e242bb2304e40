#include <functional>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using project::Feature;
using std::chrono::days;
using std::chrono::hours;
using support::Given;
using support::GiveSupport;
using support::Renewed;
using support::Withdrawn;
using support::WithdrawSupport;

const auto ideas = id<PhaseId>("ideas");
const SupportsId the_supports{the_project, ideas, the_voter};

ContributionId contribution_id(std::string_view name) {
  return id<ContributionId>(name);
}

project::Phase collecting(const project::SupportTerms& terms = {}) {
  auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
  phase.features = {Feature::propose, Feature::comment, Feature::support};
  phase.supports = terms;
  return phase;
}

contribution::Submitted submitted(contribution::Kind kind = contribution::Kind::proposal,
                                  const PhaseId& phase = ideas) {
  contribution::Submitted event;
  event.kind = kind;
  event.project = the_project;
  event.phase = phase;
  return event;
}

// A phase that collects supports, and the proposals a, b, c in it.
World town(const project::Phase& phase = collecting()) {
  World world;
  world.given(the_ledger, created(), cells())
      .given(the_project, project_opened(), project::PhaseDefined{phase})
      .given(the_citizen, citizen::Registered{});
  for (const auto* const name : {"a", "b", "c"}) world.given(contribution_id(name), submitted());
  return world.by(the_voter).citizen(the_citizen);
}

GiveSupport give(std::string_view proposal, std::uint32_t version = 1) {
  return {contribution_id(proposal), version};
}
WithdrawSupport withdraw(std::string_view proposal) {
  return {contribution_id(proposal)};
}
template <class... Names>
std::vector<ContributionId> proposals(Names... names) {
  return {contribution_id(names)...};
}

TEST(GiveSupport, CountsAtOnceWhereThePhaseWantsNoMore) {
  town()
      .when(the_supports, give("a"))
      .then(Given{contribution_id("a"), 1, proposals("a")})
      .when(the_supports, give("b"))
      .then(Given{contribution_id("b"), 1, proposals("b")});
}

TEST(GiveSupport, CountsWithTheOthersOnceThereAreEnough) {
  town(collecting({.most = 0, .least = 2, .threshold = 0}))
      .when(the_supports, give("a"))
      .then(Given{contribution_id("a"), 1, {}})
      .when(the_supports, give("b"))
      .then(Given{contribution_id("b"), 1, proposals("a", "b")})
      .when(the_supports, give("c"))
      .then(Given{contribution_id("c"), 1, proposals("c")})
      .when(the_supports, withdraw("a"))
      .then(Withdrawn{contribution_id("a"), proposals("a")})
      .when(the_supports, withdraw("b"))
      .then(Withdrawn{contribution_id("b"), proposals("b", "c")})
      .when(the_supports, withdraw("c"))
      .then(Withdrawn{contribution_id("c"), {}});
}

TEST(GiveSupport, IsLimitedInNumber) {
  town(collecting({.most = 2, .least = 1, .threshold = 0}))
      .when(the_supports, give("a"))
      .accepted()
      .when(the_supports, give("b"))
      .accepted()
      .when(the_supports, give("c"))
      .then_refused(Refusal::supports_exhausted)
      .when(the_supports, withdraw("a"))
      .accepted()
      .when(the_supports, give("c"))
      .accepted();
}

TEST(GiveSupport, NamesTheVersionThatWasSeen) {
  auto world = town();
  world.given(contribution_id("a"), contribution::Revised{2, {}, false});
  world.when(the_supports, give("a", 3)).then_refused(Refusal::version_unknown, "/version");
  world.when(the_supports, give("a", 0)).then_refused(Refusal::version_unknown, "/version");
  world.when(the_supports, give("a", 1))
      .then(Given{contribution_id("a"), 1, proposals("a")})
      .when(the_supports, give("a", 1))
      .then_refused(Refusal::already_supported)
      .when(the_supports, give("a", 2))
      .then(Renewed{contribution_id("a"), 2});
}

TEST(GiveSupport, IsForProposalsOfThePhaseThatAreOpen) {
  auto world = town();
  world.given(contribution_id("comment"), submitted(contribution::Kind::comment))
      .given(contribution_id("elsewhere"), submitted(contribution::Kind::proposal, id<PhaseId>("other")));
  world.when(the_supports, give("nothing")).then_refused(Refusal::contribution_unknown, "/proposal");
  world.when(the_supports, give("elsewhere")).then_refused(Refusal::contribution_unknown, "/proposal");
  world.when(the_supports, give("comment")).then_refused(Refusal::not_a_proposal, "/proposal");
  const auto after = [&](auto event) {
    auto changed = world;
    return changed.given(contribution_id("a"), event).when(the_supports, give("a"));
  };
  after(contribution::Withdrawn{}).then_refused(Refusal::contribution_over, "/proposal");
  after(contribution::Merged{contribution_id("b"), "Same"})
      .then_refused(Refusal::contribution_over, "/proposal");
  after(contribution::Hidden{}).then_refused(Refusal::contribution_not_shown, "/proposal");
  after(contribution::Answered{contribution::Status::rejected, {}})
      .then_refused(Refusal::contribution_decided, "/proposal");
  after(contribution::Answered{contribution::Status::in_review, {}}).accepted();
}

TEST(GiveSupport, NeedsAnOpenPhaseThatCollectsThem) {
  const SupportsId other{the_project, id<PhaseId>("other"), the_voter};
  town().when(other, give("a")).then_refused(Refusal::phase_unknown);
  const SupportsId nowhere{id<ProjectId>("pool"), ideas, the_voter};
  town().when(nowhere, give("a")).then_refused(Refusal::project_unknown);
  town().at_time(noon + hours{1}).when(the_supports, give("a")).then_refused(Refusal::phase_not_open);
  town().at_time(noon - hours{2}).when(the_supports, give("a")).then_refused(Refusal::phase_not_open);
  auto closed = town();
  closed.given(the_project, project::Closed{})
      .when(the_supports, give("a"))
      .then_refused(Refusal::project_closed);
  auto off = collecting();
  off.features = {Feature::propose};
  off.supports.reset();
  town(off).when(the_supports, give("a")).then_refused(Refusal::feature_off);
}

TEST(GiveSupport, IsForWhomThePhaseAdmits) {
  auto phase = collecting();
  phase.admissions = {{Feature::support, Electorate{id<LevelId>("high"), {}, {}}}};
  auto world = town(phase);
  world.when(the_supports, give("a")).then_refused(Refusal::level_too_low);
  world.given(the_citizen, verified(cell("high", "north", "old"))).when(the_supports, give("a")).accepted();
  world.citizen(std::nullopt).when(the_supports, give("a")).then_refused(Refusal::citizen_unknown);
}

TEST(GiveSupport, LeavesRoomToWithdrawWhatStands) {
  auto world = town();
  std::size_t commands = 0;
  for (; commands + 3 <= opinion::commands_max; commands += 2)
    world.given(the_supports, Given{contribution_id("a"), 1, {}}, Withdrawn{contribution_id("a"), {}});
  world.given(the_supports, Given{contribution_id("b"), 1, {}});
  world.when(the_supports, give("a")).then_refused(Refusal::opinions_changed_out);
  world.when(the_supports, withdraw("b")).accepted();
}

TEST(WithdrawSupport, NeedsNoEntitlementButAnAccount) {
  auto world = town();
  world.when(the_supports, withdraw("a")).then_refused(Refusal::not_supported);
  auto given = world.when(the_supports, give("a")).accepted();
  auto blocked_since = given;
  blocked_since.given(the_citizen, citizen::Blocked{}).when(the_supports, withdraw("a")).accepted();
  given.given(the_citizen, citizen::ErasureRequested{})
      .when(the_supports, withdraw("a"))
      .then_refused(Refusal::citizen_erased);
}

TEST(WithdrawSupport, IsPossibleWhateverBecameOfTheProposal) {
  auto world = town().when(the_supports, give("a")).accepted();
  world.given(contribution_id("a"), contribution::Merged{contribution_id("b"), "Same"})
      .when(the_supports, withdraw("a"))
      .accepted();
}

TEST(Supports, AreRecordedOnTheGridOfTheirPhase) {
  auto world = town();
  EXPECT_EQ(recorded_time(the_supports, world, noon + std::chrono::minutes{59}), noon);
}

// ---- phases with supports

TEST(DefinePhaseWithSupports, LiesOnItsGridWithinBounds) {
  const auto refused = [](const std::function<void(project::Phase&)>& change, std::string_view where) {
    auto phase = collecting();
    change(phase);
    given(the_project).when(the_project, project::DefinePhase{phase}).then_refused(Refusal::invalid, where);
  };
  given(the_project).when(the_project, project::DefinePhase{collecting()}).accepted();
  refused([](auto& phase) { phase.opens += std::chrono::minutes{1}; }, "/opens");
  refused([](auto& phase) { phase.closes += std::chrono::minutes{1}; }, "/closes");
  refused([](auto& phase) { phase.grid_s = 59; }, "/grid_s");
  refused([](auto& phase) { phase.grid_s = 86401; }, "/grid_s");
  refused([](auto& phase) { phase.objection_days = -1; }, "/objection_days");
  refused([](auto& phase) { phase.features = {Feature::propose}; }, "/supports");
  refused([](auto& phase) { phase.supports->most = -1; }, "/supports/most");
  refused([](auto& phase) { phase.supports->most = support::supports_max + 1; }, "/supports/most");
  refused([](auto& phase) { phase.supports->least = 0; }, "/supports/least");
  refused([](auto& phase) { phase.supports = {.most = 2, .least = 3, .threshold = 0}; }, "/supports/least");
  refused([](auto& phase) { phase.supports->threshold = -1; }, "/supports/threshold");
}

TEST(DefinePhaseWithSupports, EndsOnTheGridWhenItIsExtended) {
  const auto off_grid = noon + hours{2} + std::chrono::minutes{1};
  town()
      .by(ada)
      .when(the_project, project::ExtendPhase{ideas, off_grid, "Rain"})
      .then_refused(Refusal::invalid, "/closes");
  town()
      .by(ada)
      .at_time(noon + hours{1})
      .when(the_project, project::ReopenPhase{ideas, off_grid, "Rain"})
      .then_refused(Refusal::invalid, "/closes");
}

TEST(DestroySecretOfAPhase, IsDueBehindTheObjectionPeriod) {
  const project::DestroySecret destroy{ideas, OpinionKind::support};
  auto world = town().by(Engine{});
  const Time due = noon + hours{1} + days{30};
  world.at_time(due - hours{1}).when(the_project, destroy).then_refused(Refusal::secret_needed);
  auto destroyed = world.at_time(due)
                       .when(the_project, destroy)
                       .then(project::SecretDestroyed{ideas, OpinionKind::support});
  destroyed.when(the_project, destroy).then_refused(Refusal::secret_destroyed);
  destroyed.by(ada)
      .when(the_project, project::ReopenPhase{ideas, due + hours{1}, "More"})
      .then_refused(Refusal::secret_destroyed);
  const project::DestroySecret of_none{id<PhaseId>("other"), OpinionKind::support};
  world.when(the_project, of_none).then_refused(Refusal::phase_unknown);
  world.when(id<ProjectId>("pool"), destroy).then_refused(Refusal::project_unknown);
}

TEST(MayTakePartTwice, IsSoUntilTheSecretIsDestroyed) {
  World world;
  world.given(the_ledger, created(), cells()).given(the_project, project_opened());
  const Position before = world.head();
  world.given(the_project, project::PhaseDefined{collecting()});
  const Position behind = next(world.head());
  const auto& state = world.state<project::State>(the_project);
  EXPECT_FALSE(project::may_take_part_twice(state, before));
  EXPECT_TRUE(project::may_take_part_twice(state, behind));
  world.given(the_project, project::SecretDestroyed{ideas, OpinionKind::support});
  EXPECT_TRUE(project::may_take_part_twice(world.state<project::State>(the_project), behind));
  world.given(the_project, project::SecretDestroyed{ideas, OpinionKind::report});
  EXPECT_FALSE(project::may_take_part_twice(world.state<project::State>(the_project), behind));
}

// ---- names

TEST(ContestNames, AreReadAsTheyAreWritten) {
  const ContestId poll = id<PollId>("trees");
  const ContestId supports = OpinionsId{the_project, ideas, OpinionKind::support};
  EXPECT_EQ(contest_name(poll), "trees");
  const ContestId ratings = OpinionsId{the_project, ideas, OpinionKind::rating};
  const ContestId reports = OpinionsId{the_project, ideas, OpinionKind::report};
  EXPECT_EQ(contest_name(supports), "support/park/ideas");
  EXPECT_EQ(contest_name(reports), "report/park/ideas");
  for (const auto& contest : {poll, supports, ratings, reports})
    EXPECT_EQ(parse_contest_name(contest_name(contest)), contest);
  for (const auto* const wrong : {"", "support/park", "support/park/ideas/x", "voting/park/ideas"})
    EXPECT_FALSE(parse_contest_name(wrong)) << wrong;
  EXPECT_EQ(subject(the_supports), "support/park/ideas/v0");
  EXPECT_EQ(parse_subject("support/park/ideas/v0"), StreamId{the_supports});
  for (const auto* const wrong : {"support/park/ideas", "support/park/ideas/v0/x", "support/v0"})
    EXPECT_FALSE(parse_subject(wrong)) << wrong;
}

}  // namespace
}  // namespace stimmbuch::test
