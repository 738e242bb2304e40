#include "demo/townspeople.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <gtest/gtest.h>

#include "demo/expected.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {
namespace {

constexpr std::size_t citizens_of_the_demo = 1'700;
constexpr std::array rated{Said::comment, Said::mark, Said::annotation};

Townspeople people_of(std::size_t citizens) {
  return {citizens, /*everybody_leaves=*/false};
}

Fate fate_of(const Townspeople& people, Said kind, std::size_t number) {
  switch (kind) {
    case Said::comment:
      return people.comment(number).fate;
    case Said::mark:
      return people.mark(number).fate;
    case Said::annotation:
      return people.annotation(number).fate;
  }
  return Fate::shown;
}

TEST(Townspeople, AreTheSameEachTime) {
  const auto first = people_of(100);
  const auto second = people_of(100);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(first.ballot(i), second.ballot(i));
    EXPECT_EQ(first.supports(i), second.supports(i));
    for (const auto kind : rated) EXPECT_EQ(first.ratings(kind, i), second.ratings(kind, i));
    EXPECT_EQ(first.answers(i), second.answers(i));
  }
}

TEST(Townspeople, GiveTheRankingThatTheTownPublishedHoweverManyTheyAre) {
  for (const std::size_t citizens : {200UL, 400UL, 1'000UL, citizens_of_the_demo, 17'000UL}) {
    const auto votes = expected_of(people_of(citizens)).votes;
    std::vector<std::pair<std::int64_t, std::string>> ranking;
    for (const auto& [option, number] : votes) ranking.emplace_back(number, option);
    std::ranges::sort(ranking, std::greater());
    ASSERT_EQ(ranking.size(), 5U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ranking[i].second, published_winners()[i]) << citizens;
  }
}

TEST(Townspeople, DoAsMuchAsThoseOfKaiserslautern) {
  const auto people = people_of(citizens_of_the_demo);
  EXPECT_EQ(people.contributions(), 1'000U);
  std::size_t votes = 0;
  std::size_t changed = 0;
  std::size_t withdrawn = 0;
  for (std::size_t i = 0; i < people.citizens(); ++i) {
    const auto ballot = people.ballot(i);
    votes += ballot.size() + people.supports(i).size() + (people.answers(i) ? 1 : 0);
    for (const auto kind : rated) votes += people.ratings(kind, i).size();
    changed += ballot.size() > 1 ? 1 : 0;
    withdrawn += std::ranges::any_of(ballot, &std::vector<std::string>::empty) ? 1 : 0;
  }
  EXPECT_GE(votes, 10'000U);
  EXPECT_GT(changed, 100U);
  EXPECT_GT(withdrawn, 20U);
}

TEST(Townspeople, SupportAndRateOnlyWhatIsShown) {
  const auto people = people_of(citizens_of_the_demo);
  for (std::size_t i = 0; i < people.citizens(); ++i) {
    EXPECT_LE(people.supports(i).size(), choices_max);
    for (const std::size_t proposal : people.supports(i))
      EXPECT_EQ(people.proposal(proposal).fate, Fate::shown);
    for (const auto kind : rated)
      for (const auto& [number, up] : people.ratings(kind, i))
        EXPECT_EQ(fate_of(people, kind, number), Fate::shown);
  }
}

TEST(Townspeople, LeaveAllOrOneOfAHundred) {
  EXPECT_EQ(people_of(1'000).leavers(), 10U);
  EXPECT_EQ(Townspeople(1'000, /*everybody_leaves=*/true).leavers(), 1'000U);
}

}  // namespace
}  // namespace stimmbuch::program
