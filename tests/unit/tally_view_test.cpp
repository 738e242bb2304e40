#include "cli/tally_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal.hpp"

namespace stimmbuch::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Json tally() {
  return {{"poll", "p"},
          {"status", "open"},
          {"purpose", "demo"},
          {"ballots", 15},
          {"options",
           {{{"id", "a"},
             {"title", {{"de", "Apfel"}, {"en", "Apple"}}},
             {"votes", 5},
             {"score", 5},
             {"rank", 2},
             {"selected", false}},
            {{"id", "b"},
             {"title", {{"de", "Birne"}}},
             {"votes", 10},
             {"score", 10},
             {"rank", 1},
             {"selected", true}},
            {{"id", "c"},
             {"title", Json::object()},
             {"votes", 1},
             {"score", 1},
             {"rank", 0},
             {"selected", false}}}}};
}

TEST(TallyView, ListsOptionsFromTheBestDown) {
  const auto lines = tally_lines(tally(), "Obst", "en", 80);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "Obst: open, 15 ballots (demo ledger)");
  EXPECT_THAT(lines[2], AllOf(HasSubstr("1  Birne"), HasSubstr("████"), HasSubstr("10"), HasSubstr("✓")));
  EXPECT_THAT(lines[3], AllOf(HasSubstr("2  Apple"), HasSubstr("5"), Not(HasSubstr("✓"))));
  EXPECT_THAT(lines[4], HasSubstr("-  c"));
}

TEST(TallyView, ShowsScoresOnlyWhereTheyDifferFromVotes) {
  Json scored = tally();
  EXPECT_THAT(tally_lines(scored, "", "de", 80)[1], Not(HasSubstr("score")));
  scored["options"][0]["score"] = 30;
  EXPECT_THAT(tally_lines(scored, "", "de", 80)[1], HasSubstr("score"));
}

TEST(TallyView, FitsTheTerminal) {
  Json wide = tally();
  wide["options"][0]["title"]["de"] = std::string(300, 'x');
  for (const std::size_t width : {40U, 60U, 80U, 120U, 200U}) {
    const auto lines = tally_lines(wide, "", "de", width);
    for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_LE(display_width(lines[i]), width) << lines[i];
  }
}

TEST(TallyView, SurvivesADocumentThatItDoesNotKnow) {
  EXPECT_EQ(tally_lines(Json::object(), "", "de", 80).size(), 2U);
}

TEST(Localized, PrefersTheWantedLanguage) {
  EXPECT_EQ(localized({{"de", "Ja"}, {"en", "Yes"}}, "en"), "Yes");
  EXPECT_EQ(localized({{"de", "Ja"}, {"fr", "Oui"}}, "en"), "Ja");
  EXPECT_EQ(localized({{"fr", "Oui"}}, "en"), "Oui");
  EXPECT_EQ(localized(Json(), "en"), "");
}

}  // namespace
}  // namespace stimmbuch::program
