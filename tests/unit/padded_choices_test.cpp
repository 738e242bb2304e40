#include "stimmbuch/eventstore/codec/padded_choices.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using codec::padded_choices;
using codec::read_padded_choices;
using poll::BallotKind;

TEST(PaddedChoices, AreTheWritingOfARecordAndSpaces) {
  EXPECT_EQ(padded_choices(choose("a", "b"), 12), R"(["a","b"]   )");
  EXPECT_EQ(padded_choices({points("a", 3), points("b", 12)}, 14), R"({"a":3,"b":12})");
  EXPECT_EQ(padded_choices({}, 5), "[]   ");
}

TEST(PaddedChoices, AreReadAsTheyWereWritten) {
  for (const auto& choices :
       {choose(), choose("a"), choose("b", "a", "c"), {points("a", 1), points("b", 1'000'000)}}) {
    for (const std::size_t bytes : {25U, 26U, 100U})
      EXPECT_EQ(read_padded_choices(padded_choices(choices, bytes)), choices);
  }
}

TEST(PaddedChoices, NeverOutgrowTheirLength) {
  EXPECT_EQ(padded_choices(choose("a"), 5), R"(["a"])");
  EXPECT_THROW(padded_choices(choose("a"), 4), std::logic_error);
}

TEST(PaddedChoices, AreReadStrictly) {
  for (const std::string_view text : {"",
                                      "   ",
                                      R"( ["a"])",
                                      R"(["a" ])",
                                      R"([ "a"])",
                                      R"(["a"] x)",
                                      R"(["a"]])",
                                      R"(["a",])",
                                      R"(["a")",
                                      R"(["a"]	)",
                                      "[\"a\"]\n",
                                      R"("a")",
                                      "null",
                                      "{}",
                                      R"({"a":0})",
                                      R"({"a":-1})",
                                      R"({"a":1.0})",
                                      R"({"a":01})",
                                      R"({"b":1,"a":1})",
                                      R"({"a":1,"a":1})",
                                      R"(["a.b"])",
                                      R"([""])",
                                      R"(["a"]["b"])",
                                      "[]]",
                                      R"([1])"})
    EXPECT_FALSE(read_padded_choices(text)) << text;
  std::string zero_padded = R"(["a"])";
  zero_padded.resize(8, '\0');
  EXPECT_FALSE(read_padded_choices(zero_padded));
}

// ---- the length that all ballots of a poll have

poll::State poll_of(BallotKind kind, std::int32_t max, std::vector<poll::Option> options,
                    std::int32_t points_total = 0) {
  poll::State poll;
  poll.terms = terms([&](poll::Terms& t) {
    t.form = {kind, 1, max, points_total};
    t.form.blank_allowed = true;
    t.rule.budget = 1000;
  });
  poll.options = std::move(options);
  return poll;
}

TEST(SealedBytes, AreThoseOfTheLongestBallot) {
  const auto on = options("a", "abc", "ab", "abcd");
  for (const auto kind :
       {BallotKind::multiple, BallotKind::approval, BallotKind::ranked, BallotKind::budget}) {
    EXPECT_EQ(ballot::sealed_bytes(poll_of(kind, 2, on)), padded_choices(choose("abc", "abcd"), 14).size());
    EXPECT_EQ(ballot::sealed_bytes(poll_of(kind, 9, on)), std::string(R"(["a","abc","ab","abcd"])").size());
  }
  EXPECT_EQ(ballot::sealed_bytes(poll_of(BallotKind::single, 1, on)), std::string(R"(["abcd"])").size());
  EXPECT_EQ(ballot::sealed_bytes(poll_of(BallotKind::points, 1, on, 100)),
            std::string(R"({"abcd":100})").size());
}

TEST(SealedBytes, HoldEveryBallotAndAreReachedByTheLongest) {
  constexpr std::array kinds{BallotKind::single, BallotKind::multiple, BallotKind::approval,
                             BallotKind::points, BallotKind::ranked,   BallotKind::budget};
  for_seeds(30, [&](Random& random) {
    for (const auto kind : kinds) {
      std::vector<poll::Option> on;
      for (int i = 0, size = random.between<int>(1, 8); i < size; ++i) {
        auto name = std::string(random.index(60), 'x').append(std::to_string(i));
        on.push_back(priced(name, 1));
      }
      const auto max = kind == BallotKind::single ? 1 : random.between<std::int32_t>(1, 9);
      const auto poll =
          poll_of(kind, max, on, kind == BallotKind::points ? 1 + random.between<int>(0, 2000) : 0);
      const std::size_t bytes = ballot::sealed_bytes(poll);
      for (int round = 0; round < 20; ++round) {
        random.shuffle(on);
        ballot::Choices choices;
        std::int32_t left = poll.terms->form.points_total;
        for (std::size_t i = 0, size = random.index(on.size() + 1); i < size; ++i) {
          const auto given = kind == BallotKind::points ? random.between<std::int32_t>(0, left) : 0;
          left -= given;
          choices.push_back({on[i].id, given});
        }
        const auto canonical = ballot::canonical_choices(poll, choices);
        if (!canonical) continue;
        const auto padded = padded_choices(*canonical, bytes);
        EXPECT_EQ(padded.size(), bytes);
        EXPECT_EQ(read_padded_choices(padded), *canonical);
        EXPECT_TRUE(ballot::is_valid(poll, *canonical));
      }
      if (kind == BallotKind::points) continue;  // that every option has all of the points never happens
      std::ranges::sort(on, std::greater{}, [](const poll::Option& one) { return one.id.text().size(); });
      ballot::Choices longest;
      for (std::size_t i = 0; i < on.size() && i < static_cast<std::size_t>(max); ++i)
        longest.push_back({on[i].id, 0});
      const auto canonical = ballot::canonical_choices(poll, longest).value();
      EXPECT_FALSE(padded_choices(canonical, bytes).ends_with(' '));
    }
  });
}

}  // namespace
}  // namespace stimmbuch::test
