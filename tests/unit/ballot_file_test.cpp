#include "export/ballot_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/tools/import/pabulib_poll.hpp"
#include "support/log_builder.hpp"

namespace stimmbuch::program {
namespace {

using test::id;
using test::title;

class BallotFile : public testing::Test {
 protected:
  static poll::Rule winners(std::int32_t winners) {
    poll::Rule rule;
    rule.winners = winners;
    return rule;
  }
  static poll::Rule threshold(Money budget, std::int64_t threshold) {
    poll::Rule rule;
    rule.kind = poll::RuleKind::greedy_threshold;
    rule.budget = budget;
    rule.threshold = threshold;
    return rule;
  }

  // A counted poll of the options a, b, c, of which c was withdrawn.
  static poll::State counted(poll::BallotForm form, poll::Rule rule = {}) {
    poll::State poll;
    poll.terms.emplace();
    poll.terms->title = title("Bäume; \"schön\"");
    poll.terms->form = form;
    poll.terms->rule = std::move(rule);
    poll.result.emplace();
    for (const auto* const name : {"a", "b", "c"}) {
      poll.options.push_back({id<OptionId>(name), title(name), {}, Money{1250}, true});
      poll.result->options.push_back({id<OptionId>(name), 2, 5, 1, poll::Outcome::selected});
    }
    poll.withdrawn.push_back(id<OptionId>("c"));
    return poll;
  }

  static std::string file(const poll::State& poll, const std::vector<ballot::Choices>& ballots) {
    std::vector<std::string> lines;
    for (const auto& choices : ballots) lines.push_back(ballot_line(poll, choices));
    return ballot_file(poll, {.cast = static_cast<std::int64_t>(ballots.size())},
                       {test::may_third, test::may_third}, lines);
  }

  static import::PabulibReader read(const std::string& file) {
    return import::PabulibReader::open(import::text_source(file)).value();
  }
};

TEST_F(BallotFile, IsBltForRankedBallots) {
  const auto poll = counted({.kind = poll::BallotKind::ranked, .max = 3, .blank_allowed = true}, winners(2));
  EXPECT_EQ(ballot_file_name(poll::BallotKind::ranked), "ballots.blt");
  EXPECT_EQ(file(poll, {{{id<OptionId>("b")}, {id<OptionId>("a")}}, {}}),
            "3 2\n-3\n1 2 1 0\n1 0\n0\n\"a\"\n\"b\"\n\"c\"\n\"Bäume; 'schön'\"\n");
}

TEST_F(BallotFile, IsOfPabulibForPointsAndReadsBack) {
  const auto poll =
      counted({.kind = poll::BallotKind::points, .max = 3, .points_total = 6, .points_per_option = 4},
              threshold(123456, 7));
  EXPECT_EQ(ballot_file_name(poll::BallotKind::points), "ballots.pb");
  auto reader = read(file(poll, {{{id<OptionId>("a"), 4}, {id<OptionId>("c"), 2}}}));
  EXPECT_EQ(reader.head().text("description"), "Bäume; \"schön\"");
  EXPECT_EQ(reader.head().text("date_end"), "03.05.2026");
  EXPECT_EQ(reader.head().projects.at(0).cost, 1250);
  const auto back = import::poll_for(reader.head()).value();
  EXPECT_EQ(back.form.points_total, 6);
  EXPECT_EQ(back.form.points_per_option, 4);
  EXPECT_EQ(back.rule.kind, poll::RuleKind::greedy_threshold);
  EXPECT_EQ(back.rule.budget, 123456);
  EXPECT_EQ(back.rule.threshold, 7);
  const auto ballot = reader.next_ballot().value().value();
  EXPECT_EQ(ballot.voter_id, "1");
  EXPECT_THAT(ballot.choices,
              testing::ElementsAre(import::PabulibBallot::Choice{0, 4}, import::PabulibBallot::Choice{2, 2}));
  EXPECT_THAT(ballot.faults, testing::IsEmpty());
  EXPECT_FALSE(reader.next_ballot().value());
  EXPECT_THAT(reader.warnings(), testing::IsEmpty());
}

TEST_F(BallotFile, OfPabulibHasBlankBallots) {
  const auto poll = counted({.kind = poll::BallotKind::approval, .max = 2, .blank_allowed = true});
  auto reader = read(file(poll, {{}, {{id<OptionId>("b")}}}));
  EXPECT_TRUE(import::poll_for(reader.head()).value().form.blank_allowed);
  const auto blank = reader.next_ballot().value().value();
  EXPECT_THAT(blank.choices, testing::IsEmpty());
  EXPECT_THAT(blank.faults, testing::IsEmpty());
  EXPECT_EQ(reader.next_ballot().value().value().choices.size(), 1);
}

TEST_F(BallotFile, PutsFieldsInQuotesWhereTheyNeedThem) {
  EXPECT_EQ(csv_field("a,b", ';'), "a,b");
  EXPECT_EQ(csv_field("a;b", ';'), "\"a;b\"");
  EXPECT_EQ(csv_field("a \"b\"\n", ','), "\"a \"\"b\"\"\n\"");
}

}  // namespace
}  // namespace stimmbuch::program
