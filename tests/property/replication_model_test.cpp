// All interleavings of a small ledger's replication: what must hold does hold in every state; and with any
// rule switched off something breaks, so that no rule stands there without need and no invariant without a
// test.
#include "replication_model.hpp"

#include <array>
#include <bit>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "state_space.hpp"

namespace stimmbuch::replication {
namespace {

using Result = state_space::Result<Broken>;

// Two nodes go far, three nodes show what two candidates do to each other. About 4 million states in all.
constexpr Bounds replicated_pair{
    .nodes = 2, .commands = 2, .promotions = 2, .crashes = 2, .timeouts = 1, .lost_disks = 1};
constexpr Bounds replicated_three{
    .nodes = 3, .commands = 1, .promotions = 2, .crashes = 1, .timeouts = 0, .lost_disks = 1};
constexpr Bounds local_pair{
    .nodes = 2, .commands = 2, .promotions = 2, .crashes = 3, .timeouts = 1, .lost_disks = 0};
constexpr Bounds local_three{
    .nodes = 3, .commands = 1, .promotions = 2, .crashes = 2, .timeouts = 0, .lost_disks = 0};
// Enough for every rule that is switched off to show itself.
constexpr Bounds mutant_pair{
    .nodes = 2, .commands = 2, .promotions = 1, .crashes = 1, .timeouts = 1, .lost_disks = 1};
constexpr std::size_t max_states = 4'000'000;

Result explore(Durability durability, Promotion promotion, const Rules& rules, const Bounds& bounds,
               Broken watched = Broken::all()) {
  const Model model(durability, promotion, rules, bounds);
  state_space::Search<Model, Broken> search(model, watched, Invariant::leadership_is_recoverable);
  return search.run(max_states);
}

void expect_all_hold(Durability durability, Promotion promotion, const Rules& rules, const Bounds& bounds) {
  const auto result = explore(durability, promotion, rules, bounds);
  EXPECT_FALSE(result.broken.any()) << result.broken.to_text() << "\n" << result.trace;
  EXPECT_LT(result.states, max_states) << "there are more states than this test looks at";
  std::cout << result.states << " states, " << result.steps << " steps, depth " << result.depth << "\n";
}

constexpr auto local = Durability::local;
constexpr auto replicated = Durability::replicated;
constexpr auto append_first = Promotion::append_first;
constexpr auto commit_first = Promotion::commit_first;

TEST(Replication, KeepsItsInvariantsReplicatedOnTwoNodes) {
  expect_all_hold(replicated, append_first, {}, replicated_pair);
}

TEST(Replication, KeepsItsInvariantsReplicatedOnThreeNodes) {
  expect_all_hold(replicated, append_first, {}, replicated_three);
}

TEST(Replication, KeepsItsInvariantsLocalOnTwoNodes) {
  expect_all_hold(local, append_first, {}, local_pair);
}

TEST(Replication, KeepsItsInvariantsLocalOnThreeNodes) {
  expect_all_hold(local, append_first, {}, local_three);
}

// With leader-changed committed before it is appended, these rules are not needed: no log has a
// leader-changed record that the topic has not.
constexpr Rules commit_first_rules{.compare_records = false,
                                   .role_stays_with_log = false,
                                   .unconfirmed_do_not_lead = false,
                                   .serve_after_promotion = false,
                                   .fork_by_records = false};

TEST(Replication, KeepsItsInvariantsReplicatedWithTheCommitFirst) {
  expect_all_hold(replicated, commit_first, commit_first_rules, replicated_three);
}

TEST(Replication, KeepsItsInvariantsLocalWithTheCommitFirst) {
  expect_all_hold(local, commit_first, commit_first_rules, local_three);
}

// That a leader takes no commands before the topic has all of its log bounds how much may be lost, no more:
// the answers wait for the commit anyway.
TEST(Replication, IsSafeWhenCommandsAreTakenBeforeTheLogIsPublished) {
  expect_all_hold(replicated, append_first, {.serve_after_publishing = false}, mutant_pair);
}

// States are kept as bytes, which must lose nothing that matters.
TEST(Replication, ComesBackFromItsBytes) {
  for (const auto durability : {local, replicated}) {
    const Model model(durability, append_first, {}, replicated_three);
    std::mt19937 random(1);
    std::vector<Action> actions;
    std::string bytes, again;
    for (int walk = 0; walk < 300; ++walk) {
      auto state = model.initial();
      for (int step = 0; step < 60; ++step) {
        model.actions(state, actions);
        if (actions.empty()) break;
        state = model.apply(state, actions[random() % actions.size()]);
        model.canonical(state, bytes);
        const auto back = model.unpack(bytes);
        model.canonical(back, again);
        ASSERT_EQ(bytes, again) << model.describe(state) << model.describe(back);
      }
    }
  }
}

struct Mutant {
  std::string_view name;
  Durability durability;
  Rules rules;
  Invariant breaks;

  friend void PrintTo(const Mutant& mutant, std::ostream* out) { *out << mutant.name; }
};

const std::vector<Mutant> mutants{
    // Starting, and being fenced
    {"FencesWithoutReadingFirst",
     replicated,
     {.read_before_fence = false},
     Invariant::former_leader_fences_nobody},
    {"FencesWithoutReadingFirstLocal",
     local,
     {.read_before_fence = false},
     Invariant::former_leader_fences_nobody},
    {"DoesNotReadAfterTheFence", replicated, {.read_after_fence = false}, Invariant::each_position_once},
    {"DoesNotReadAfterTheFenceRepeats",
     replicated,
     {.read_after_fence = false},
     Invariant::command_takes_effect_once},
    {"DoesNotReadAfterTheFenceLocal",
     local,
     {.read_after_fence = false},
     Invariant::former_leader_adds_nothing},
    {"FencesAgainWithoutReading",
     replicated,
     {.check_when_fenced = false},
     Invariant::former_leader_fences_nobody},
    {"FencesAgainWithoutReadingLocal",
     local,
     {.check_when_fenced = false},
     Invariant::former_leader_fences_nobody},
    {"FencesAgainAndGoesOn",
     replicated,
     {.read_after_fence = false, .check_when_fenced = false},
     Invariant::former_leader_adds_nothing},
    {"FencesAgainBecauseOfItsEpoch",
     replicated,
     {.compare_records = false},
     Invariant::former_leader_fences_nobody},
    {"AnswersThoughFenced",
     replicated,
     {.fenced_is_silent = false},
     Invariant::former_leader_acknowledges_nothing},
    {"AnswersThoughFencedLocal",
     local,
     {.fenced_is_silent = false},
     Invariant::former_leader_acknowledges_nothing},
    {"HasItsOwnTransactionalId", replicated, {.one_transactional_id = false}, Invariant::each_position_once},
    {"HasItsOwnTransactionalIdAndLoses",
     replicated,
     {.one_transactional_id = false},
     Invariant::former_leader_adds_nothing},
    {"FollowerIsOpenedAsLeader",
     replicated,
     {.followers_do_not_lead = false},
     Invariant::former_leader_adds_nothing},
    {"FollowerIsOpenedAsLeaderAndMissesAnswers",
     replicated,
     {.followers_do_not_lead = false},
     Invariant::later_leader_has_acknowledged},
    {"FollowerIsOpenedAsLeaderLocal",
     local,
     {.followers_do_not_lead = false},
     Invariant::visible_never_goes_back},
    {"CandidateComesBackAsFollower",
     replicated,
     {.role_stays_with_log = false},
     Invariant::follower_has_a_prefix},
    {"CandidateLeadsWithoutTheBroker",
     local,
     {.unconfirmed_do_not_lead = false},
     Invariant::leads_only_when_committed},
    {"ForgetsThatItWasReplaced",
     local,
     {.former_remembers = false},
     Invariant::former_leader_acknowledges_nothing},
    // Publishing
    {"EndsTransactionsInsideCommands",
     replicated,
     {.whole_transactions = false},
     Invariant::commands_are_whole},
    {"TakesNoAnswerForFailure", replicated, {.repeat_unknown_commit = false}, Invariant::each_position_once},
    {"TakesNoAnswerForFailureRepeats",
     replicated,
     {.repeat_unknown_commit = false},
     Invariant::command_takes_effect_once},
    {"TakesNoAnswerForFailureLocal",
     local,
     {.repeat_unknown_commit = false},
     Invariant::local_loss_is_reported},
    {"ShowsBeforeTheCommit", replicated, {.show_only_committed = false}, Invariant::visible_is_committed},
    {"AnswersBeforeTheCommit",
     replicated,
     {.acknowledge_only_visible = false},
     Invariant::acknowledged_is_committed},
    {"AnswersBeforeTheCommitTwice",
     replicated,
     {.acknowledge_only_visible = false},
     Invariant::acknowledged_once_a_position},
    {"AnswersBeforeTheCommitAndIsReplaced",
     replicated,
     {.acknowledge_only_visible = false},
     Invariant::later_leader_has_acknowledged},
    {"AppendsRepeatedCommands", local, {.recognise_repeats = false}, Invariant::command_takes_effect_once},
    // Promotion
    {"DrainsOnlyBeforeTheFence", replicated, {.drain_after_fence = false}, Invariant::each_position_once},
    {"DrainsOnlyBeforeTheFenceLocal",
     local,
     {.drain_after_fence = false},
     Invariant::leader_changed_names_its_predecessor},
    {"ServesBeforeItsPromotionIsCommitted",
     replicated,
     {.serve_after_promotion = false},
     Invariant::leads_only_when_committed},
    {"ServesBeforeItsPromotionIsCommittedLocal",
     local,
     {.serve_after_promotion = false},
     Invariant::leads_only_when_committed},
    // Following and rejoining
    {"FollowsPartsOfCommands", local, {.follow_whole_commands = false}, Invariant::commands_are_whole},
    {"LooksForItsForkInLeaderChanged",
     replicated,
     {.fork_by_records = false},
     Invariant::follower_has_a_prefix},
    {"FollowsWithoutCutting", replicated, {.cut_before_following = false}, Invariant::follower_has_a_prefix},
    {"FollowsWithoutCuttingLocal", local, {.cut_before_following = false}, Invariant::follower_has_a_prefix},
    {"CutsBeforeItReports", local, {.keep_tail_first = false}, Invariant::local_loss_is_reported},
    {"CutsAndFollowsLater", local, {.cut_takes_next = false}, Invariant::visible_never_goes_back},
    {"RejoinsThoughNotReplaced",
     replicated,
     {.rejoin_only_former = false},
     Invariant::visible_never_goes_back},
    {"CannotRejoin", replicated, {.rejoin_exists = false}, Invariant::leadership_is_recoverable},
};

class ReplicationMutant : public testing::TestWithParam<Mutant> {};

TEST_P(ReplicationMutant, BreaksAnInvariant) {
  const auto& mutant = GetParam();
  const auto result = explore(mutant.durability, append_first, mutant.rules, mutant_pair, mutant.breaks);
  EXPECT_TRUE(result.broken.contains(mutant.breaks)) << result.states << " states";
  std::cout << result.broken.to_text() << ", " << result.states << " states\n" << result.trace;
}

INSTANTIATE_TEST_SUITE_P(Rules, ReplicationMutant, testing::ValuesIn(mutants),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Replication, EveryRuleAndEveryInvariantHasItsMutant) {
  using Flags = std::array<bool, sizeof(Rules)>;
  Flags off{};
  off.fill(false);
  std::set<Invariant> broken;
  for (const auto& mutant : mutants) {
    const auto flags = std::bit_cast<Flags>(mutant.rules);
    for (std::size_t i = 0; i < flags.size(); ++i) off[i] = off[i] || !flags[i];
    broken.insert(mutant.breaks);
  }
  const auto not_needed = std::bit_cast<Flags>(Rules{.serve_after_publishing = false});
  for (std::size_t i = 0; i < off.size(); ++i) EXPECT_TRUE(off[i] || !not_needed[i]) << "rule " << i;
  EXPECT_EQ(broken.size(), invariants);
}

}  // namespace
}  // namespace stimmbuch::replication
