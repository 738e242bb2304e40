#include "demo/town_vote.hpp"

#include <algorithm>
#include <ranges>

#include <gtest/gtest.h>

namespace stimmbuch::program {
namespace {

constexpr std::size_t citizens_of_the_demo = 1'500;

TEST(TownVote, IsTheSameEachTime) {
  const auto first = town_citizens(100);
  const auto second = town_citizens(100);
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].steps.size(), second[i].steps.size());
    for (std::size_t step = 0; step < first[i].steps.size(); ++step) {
      EXPECT_EQ(first[i].steps[step].choices, second[i].steps[step].choices);
    }
  }
}

TEST(TownVote, HasTheRankingThatTheTownPublished) {
  const auto votes = standing_votes(town_citizens(citizens_of_the_demo), vote_poll);
  std::vector<std::pair<std::int64_t, std::string>> ranking;
  for (const auto& [option, number] : votes) ranking.emplace_back(number, option);
  std::ranges::sort(ranking, std::greater());
  ASSERT_EQ(ranking.size(), 5U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ranking[i].second, published_winners()[i]);
}

TEST(TownVote, HasChangesAndWithdrawals) {
  std::size_t changed = 0;
  std::size_t withdrawn = 0;
  for (const TownCitizen& citizen : town_citizens(citizens_of_the_demo)) {
    const auto in_vote = std::ranges::count(citizen.steps, vote_poll, &BallotStep::poll);
    changed += in_vote > 1 ? 1 : 0;
    withdrawn +=
        std::ranges::any_of(citizen.steps, [](const BallotStep& step) { return step.choices.empty(); }) ? 1
                                                                                                        : 0;
  }
  EXPECT_GT(changed, 100U);
  EXPECT_GT(withdrawn, 20U);
}

}  // namespace
}  // namespace stimmbuch::program
