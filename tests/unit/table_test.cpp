#include "cli/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal.hpp"

namespace stimmbuch::program {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Le;
using testing::ResultOf;

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("Straße"), 6U);
  EXPECT_EQ(display_width("市民"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);  // an accent of its own
  EXPECT_EQ(display_width("\xff"), 1U);     // no character at all
}

TEST(Fitted, FillsUpOrCutsAtACharacter) {
  EXPECT_EQ(fitted("Süd", 5), "Süd  ");
  EXPECT_EQ(fitted("Straßenmalerei", 6), "Straß…");
  EXPECT_EQ(fitted("市民参加", 4), "市… ");
  EXPECT_EQ(fitted("a", 0), "");
}

TEST(Wrapped, BreaksAtSpaces) {
  EXPECT_THAT(wrapped("one two  three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("incomprehensibilities no", 5), ElementsAre("incomprehensibilities", "no"));
  EXPECT_TRUE(wrapped("  ", 5).empty());
}

TEST(Bar, IsProportionalInEighthsOfAColumn) {
  EXPECT_EQ(bar(10, 10, 4), "████");
  EXPECT_EQ(bar(5, 10, 4), "██  ");
  EXPECT_EQ(bar(1, 16, 2), "▏ ");
  EXPECT_EQ(bar(0, 10, 3), "   ");
  EXPECT_EQ(bar(1, 0, 3), "   ");
}

TEST(Table, AlignsItsColumns) {
  Table table({{"name"}, {"votes", Table::Align::right}});
  table.add({"Süd", "7"});
  table.add({"Innenstadt", "1234"});
  EXPECT_THAT(table.lines(80), ElementsAre("name        votes", "Süd             7", "Innenstadt   1234"));
}

TEST(Table, CutsItsWidestColumnWhereTheTerminalIsNarrow) {
  Table table({{"id"}, {"title"}, {"votes", Table::Align::right}});
  table.add({"1", "a title that is much too long for this terminal", "7"});
  EXPECT_THAT(table.lines(40),
              Each(ResultOf([](const std::string& line) { return display_width(line); }, Le(40U))));
}

}  // namespace
}  // namespace stimmbuch::program
