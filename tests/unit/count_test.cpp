#include "stimmbuch/domain/count.hpp"

#include <gtest/gtest.h>

#include "stimmbuch/domain/tally.hpp"
#include "support/builders.hpp"

namespace stimmbuch::test {
namespace {

using poll::Outcome;
using poll::RuleKind;
using poll::Tie;
using poll::TieBreak;
using poll::TiePolicy;

// A poll as a table of options and their scores.
struct Case {
  poll::State poll;
  poll::Tally tally;

  explicit Case(poll::Rule rule) {
    poll.status = poll::Status::closed;
    poll.terms = terms([&](poll::Terms& t) { t.rule = std::move(rule); });
  }
  Case& option(std::string_view name, std::int64_t score, Money cost = 0) {
    poll.options.push_back(priced(name, cost));
    tally.options.push_back({score, score});
    tally.figures.cast += score;
    return *this;
  }
  Case& ties(TiePolicy policy) {
    poll.terms->rule.ties = policy;
    return *this;
  }
  Case& lot(std::initializer_list<std::string_view> order) {
    for (const auto name : order) poll.lot.push_back(id<OptionId>(name));
    return *this;
  }
  Case& withdrawn(std::string_view name) {
    poll.withdrawn.push_back(id<OptionId>(name));
    return *this;
  }
  poll::Count count() const { return poll::count(poll, tally); }
};

poll::Rule most_votes(std::int32_t winners) {
  poll::Rule rule;
  rule.winners = winners;
  return rule;
}

std::vector<Outcome> outcomes(const poll::Count& count) {
  std::vector<Outcome> all;
  for (const auto& option : count.options) all.push_back(option.outcome);
  return all;
}

std::vector<std::uint32_t> ranks(const poll::Count& count) {
  std::vector<std::uint32_t> all;
  for (const auto& option : count.options) all.push_back(option.rank);
  return all;
}

using enum Outcome;
using Outcomes = std::vector<Outcome>;
using Ties = std::vector<Tie>;
using Ranks = std::vector<std::uint32_t>;

// ---- most votes, points

TEST(MostVotes, GivesThePlacesFromTheTop) {
  const auto count = Case(most_votes(2)).option("a", 3).option("b", 9).option("c", 5).count();
  EXPECT_EQ(outcomes(count), (Outcomes{not_enough, selected, selected}));
  EXPECT_EQ(ranks(count), (Ranks{3, 1, 2}));
  EXPECT_TRUE(count.ties.empty());
  EXPECT_EQ(count.options[1].votes, 9);
}

TEST(MostVotes, NeverSelectsWhatNobodyWants) {
  const auto count = Case(most_votes(3)).option("a", 3).option("b", 0).option("c", 0).count();
  EXPECT_EQ(outcomes(count), (Outcomes{selected, no_votes, no_votes}));
  EXPECT_EQ(count.ties, (Ties{{2, 2, false, TieBreak::declared_order}}));
}

TEST(MostVotes, RanksTiedOptionsAlike) {
  const auto count = Case(most_votes(1)).option("a", 3).option("b", 9).option("c", 3).option("d", 1).count();
  EXPECT_EQ(ranks(count), (Ranks{2, 1, 2, 4}));
  EXPECT_EQ(count.ties, (Ties{{2, 2, false, TieBreak::declared_order}}));
}

TEST(MostVotes, ATieThatFitsIntoThePlacesDecidesNothing) {
  const auto count =
      Case(most_votes(2)).option("a", 5).option("b", 5).option("c", 1).ties(TiePolicy::refuse).count();
  EXPECT_EQ(outcomes(count), (Outcomes{selected, selected, not_enough}));
  EXPECT_EQ(count.ties, (Ties{{1, 2, false, TieBreak::declared_order}}));
  EXPECT_FALSE(count.unresolved());
}

Case tie_for_the_last_place() {
  return Case(most_votes(2)).option("a", 5).option("b", 9).option("c", 5).option("d", 1).option("e", 5);
}

TEST(Ties, AreBrokenByTheDeclaredOrder) {
  const auto count = tie_for_the_last_place().count();
  EXPECT_EQ(outcomes(count), (Outcomes{selected, selected, not_enough, not_enough, not_enough}));
  EXPECT_EQ(count.ties, (Ties{{2, 3, true, TieBreak::declared_order}}));
}

TEST(Ties, StayOpenWhereThePolicyIsToRefuse) {
  const auto count = tie_for_the_last_place().ties(TiePolicy::refuse).count();
  EXPECT_EQ(outcomes(count),
            (Outcomes{tie_unresolved, selected, tie_unresolved, not_enough, tie_unresolved}));
  EXPECT_EQ(count.ties, (Ties{{2, 3, true, TieBreak::unresolved}}));
  EXPECT_TRUE(count.unresolved());
}

TEST(Ties, WaitForTheLotAndFollowIt) {
  const auto before = tie_for_the_last_place().ties(TiePolicy::lot).count();
  EXPECT_TRUE(before.unresolved());
  const auto partly = tie_for_the_last_place().ties(TiePolicy::lot).lot({"e", "a"}).count();
  EXPECT_TRUE(partly.unresolved());
  const auto after = tie_for_the_last_place().ties(TiePolicy::lot).lot({"e", "a", "c"}).count();
  EXPECT_EQ(outcomes(after), (Outcomes{not_enough, selected, not_enough, not_enough, selected}));
  EXPECT_EQ(after.ties, (Ties{{2, 3, true, TieBreak::lot}}));
}

TEST(Ties, FollowTheLotThoughAnOptionWasWithdrawnBehindIt) {
  const auto count =
      tie_for_the_last_place().ties(TiePolicy::lot).lot({"e", "c", "a"}).withdrawn("e").count();
  EXPECT_EQ(outcomes(count), (Outcomes{not_enough, selected, selected, not_enough, withdrawn}));
}

TEST(WithdrawnAndNonCountingOptions, AreShownButNeitherRankedNorSelected) {
  auto poll = Case(most_votes(1)).option("a", 9).option("b", 5).option("abstain", 20);
  poll.poll.options[2].counts = false;
  const auto count = poll.withdrawn("a").count();
  EXPECT_EQ(outcomes(count), (Outcomes{withdrawn, selected, not_counted}));
  EXPECT_EQ(ranks(count), (Ranks{0, 1, 0}));
  EXPECT_EQ(count.options[0].votes, 9);
}

TEST(Quorum, IsOfCountedBallots) {
  auto poll = Case(most_votes(1)).option("a", 9).option("b", 1);
  poll.poll.terms->rule.quorum = 10;
  EXPECT_TRUE(poll.count().quorum_reached);
  poll.tally.figures.blank = 1;
  const auto count = poll.count();
  EXPECT_FALSE(count.quorum_reached);
  EXPECT_EQ(outcomes(count), (Outcomes{no_quorum, no_quorum}));
  EXPECT_FALSE(count.unresolved());
}

TEST(Points, SelectByScoreNotByVotes) {
  auto poll = Case(most_votes(1)).option("a", 4).option("b", 9);
  poll.poll.terms->rule.kind = RuleKind::points;
  poll.tally.options[0].votes = 100;
  EXPECT_EQ(outcomes(poll.count()), (Outcomes{not_enough, selected}));
}

// ---- budgets

Case budget(RuleKind kind, std::int64_t threshold = 0) {
  return Case(spends(kind, 100, threshold))
      .option("a", 9, 60)
      .option("b", 7, 50)
      .option("c", 5, 30)
      .option("d", 3, 10);
}

TEST(GreedySkip, TakesWhatFitsAndGoesOn) {
  EXPECT_EQ(outcomes(budget(RuleKind::greedy_skip).count()),
            (Outcomes{selected, does_not_fit, selected, selected}));
}

TEST(GreedyStop, EndsAtTheFirstThatDoesNotFit) {
  EXPECT_EQ(outcomes(budget(RuleKind::greedy_stop).count()),
            (Outcomes{selected, does_not_fit, after_stop, after_stop}));
}

TEST(GreedyThreshold, LeavesOutWhatScoredLess) {
  EXPECT_EQ(outcomes(budget(RuleKind::greedy_threshold, 4).count()),
            (Outcomes{selected, does_not_fit, selected, below_threshold}));
  EXPECT_EQ(outcomes(budget(RuleKind::greedy_threshold, 5).count())[2], selected);
}

TEST(Greedy, SpendsTheBudgetToTheLastUnit) {
  const auto count = Case(spends(RuleKind::greedy_skip, 100)).option("a", 2, 100).option("b", 1, 1).count();
  EXPECT_EQ(outcomes(count), (Outcomes{selected, does_not_fit}));
}

TEST(Greedy, NeverSelectsWhatNobodyWants) {
  for (const auto kind : {RuleKind::greedy_skip, RuleKind::greedy_stop}) {
    const auto count = Case(spends(kind, 100)).option("a", 1, 10).option("b", 0, 0).count();
    EXPECT_EQ(outcomes(count), (Outcomes{selected, no_votes}));
  }
}

TEST(GreedyTies, DecideNothingWhenAllThatFitFitTogether) {
  const auto count = Case(spends(RuleKind::greedy_skip, 100))
                         .ties(TiePolicy::refuse)
                         .option("a", 5, 40)
                         .option("b", 5, 60)
                         .option("c", 5, 101)
                         .count();
  EXPECT_EQ(outcomes(count), (Outcomes{selected, selected, does_not_fit}));
  EXPECT_EQ(count.ties, (Ties{{1, 3, false, TieBreak::declared_order}}));
}

TEST(GreedyTies, DecideWhenTheRuleStopsAtWhatDoesNotFit) {
  const auto count = Case(spends(RuleKind::greedy_stop, 100))
                         .ties(TiePolicy::refuse)
                         .option("a", 5, 40)
                         .option("c", 5, 101)
                         .count();
  EXPECT_EQ(outcomes(count), (Outcomes{tie_unresolved, tie_unresolved}));
}

TEST(GreedyTies, LeaveEverythingBehindThemOpen) {
  const auto tied = [] {
    return Case(spends(RuleKind::greedy_threshold, 100, 2))
        .ties(TiePolicy::lot)
        .option("a", 9, 10)
        .option("b", 5, 80)
        .option("c", 5, 70)
        .option("d", 3, 10)
        .option("e", 1, 1)
        .option("f", 0, 1);
  };
  EXPECT_EQ(outcomes(tied().count()),
            (Outcomes{selected, tie_unresolved, tie_unresolved, tie_unresolved, below_threshold, no_votes}));
  EXPECT_EQ(outcomes(tied().lot({"c", "b"}).count()),
            (Outcomes{selected, does_not_fit, selected, selected, below_threshold, no_votes}));
  EXPECT_EQ(outcomes(tied().lot({"b", "c"}).count()),
            (Outcomes{selected, selected, does_not_fit, selected, below_threshold, no_votes}));
}

TEST(GreedyTies, AreBrokenByOneLotEach) {
  const auto tied = [] {
    return Case(spends(RuleKind::greedy_skip, 100))
        .ties(TiePolicy::lot)
        .option("a", 9, 70)
        .option("b", 9, 60)
        .option("c", 5, 30)
        .option("d", 5, 25);
  };
  EXPECT_EQ(tied().lot({"b", "a"}).count().ties,
            (Ties{{1, 2, true, TieBreak::lot}, {3, 2, true, TieBreak::unresolved}}));
  EXPECT_EQ(outcomes(tied().lot({"b", "a", "d", "c"}).count()),
            (Outcomes{does_not_fit, selected, does_not_fit, selected}));
}

// ---- the tally

poll::Tally tally_of(const poll::BallotForm& form, const poll::Rule& rule,
                     const std::vector<ballot::Event>& events) {
  const poll::BallotCounter counter(form, rule, options("a", "b", "c"));
  auto tally = counter.empty();
  for (const auto& event : events) counter.apply(tally, event);
  return tally;
}

TEST(Tally, FollowsCastsChangesAndWithdrawals) {
  const auto tally =
      tally_of({}, {},
               {vote_cast("a"), vote_cast("b"), vote_cast(), vote_changed(choose("c"), choose("a")),
                vote_withdrawn(choose("b")), ballot::VoteCast{choose("c"), ballot::Channel::paper, {}}});
  EXPECT_EQ(tally.options, (std::vector<poll::OptionTally>{{0, 0}, {0, 0}, {2, 2}}));
  EXPECT_EQ(tally.figures, (poll::Figures{4, 1, 1, 1, 2, 1}));
  EXPECT_EQ(tally.figures.standing(), 3);
  EXPECT_EQ(tally.figures.counted(), 2);
}

TEST(Tally, ScoresPoints) {
  const auto tally =
      tally_of({poll::BallotKind::points, 1, 3, 10}, {},
               {ballot::VoteCast{{points("a", 7), points("b", 3)}, ballot::Channel::online, {}}});
  EXPECT_EQ(tally.options, (std::vector<poll::OptionTally>{{1, 7}, {1, 3}, {0, 0}}));
}

TEST(Tally, ScoresRanks) {
  poll::Rule rule;
  rule.rank_points = {5, 2};
  const auto tally =
      tally_of({poll::BallotKind::ranked, 1, 3}, rule, {vote_cast("b", "a", "c"), vote_cast("a")});
  EXPECT_EQ(tally.options, (std::vector<poll::OptionTally>{{2, 7}, {1, 5}, {1, 0}}));
}

TEST(Tally, ThrowsForAnOptionThatThePollDoesNotHave) {
  EXPECT_THROW(tally_of({}, {}, {vote_cast("z")}), std::out_of_range);
}

}  // namespace
}  // namespace stimmbuch::test
