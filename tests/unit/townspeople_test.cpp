#include "demo/townspeople.hpp"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "demo/town.hpp"

namespace stimmbuch::program {
namespace {

constexpr std::size_t citizens_of_the_demo = 1'700;

TEST(Townspeople, AreTheSameEachTime) {
  const Townspeople first(100);
  const Townspeople second(100);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(first.ballot(i), second.ballot(i));
    EXPECT_EQ(first.supports(i), second.supports(i));
    EXPECT_EQ(first.ratings(i), second.ratings(i));
    EXPECT_EQ(first.answers(i), second.answers(i));
  }
}

TEST(Townspeople, GiveTheRankingThatTheTownPublishedHoweverManyTheyAre) {
  for (const std::size_t citizens : {200UL, 400UL, 1'000UL, citizens_of_the_demo, 17'000UL}) {
    const auto votes = expected_of(Townspeople(citizens)).votes;
    std::vector<std::pair<std::int64_t, std::string>> ranking;
    for (const auto& [option, number] : votes) ranking.emplace_back(number, option);
    std::ranges::sort(ranking, std::greater());
    ASSERT_EQ(ranking.size(), 5U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ranking[i].second, published_winners()[i]) << citizens;
  }
}

TEST(Townspeople, DoAsMuchAsThoseOfKaiserslautern) {
  const Townspeople people(citizens_of_the_demo);
  EXPECT_EQ(people.proposals() + people.comments(), 1'000U);
  std::size_t votes = 0;
  std::size_t changed = 0;
  std::size_t withdrawn = 0;
  for (std::size_t i = 0; i < people.citizens(); ++i) {
    const auto ballot = people.ballot(i);
    votes +=
        ballot.size() + people.supports(i).size() + people.ratings(i).size() + (people.answers(i) ? 1 : 0);
    changed += ballot.size() > 1 ? 1 : 0;
    withdrawn += std::ranges::any_of(ballot, &std::vector<std::string>::empty) ? 1 : 0;
  }
  EXPECT_GE(votes, 10'000U);
  EXPECT_GT(changed, 100U);
  EXPECT_GT(withdrawn, 20U);
}

TEST(Townspeople, SupportAndRateOnlyWhatIsShown) {
  const Townspeople people(citizens_of_the_demo);
  for (std::size_t i = 0; i < people.citizens(); ++i) {
    EXPECT_LE(people.supports(i).size(), choices_max);
    for (const std::size_t proposal : people.supports(i))
      EXPECT_EQ(people.proposal(proposal).fate, Fate::shown);
    for (const auto& [comment, up] : people.ratings(i)) EXPECT_EQ(people.comment(comment).fate, Fate::shown);
  }
}

}  // namespace
}  // namespace stimmbuch::program
