#include "cli/duration.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace stimmbuch::program {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("8h"), 8h);
  EXPECT_EQ(parse_duration("30d"), 720h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, IsNothingElse) {
  for (const auto* const text :
       {"", "8", "h", "-1s", "+1s", "1.5h", "8 h", "8H", "8hours", "99999999999s", "36526d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatIsExact) {
  EXPECT_EQ(duration_text(720h), "30d");
  EXPECT_EQ(duration_text(90min), "90m");
  EXPECT_EQ(duration_text(1'500ms), "1500ms");
  EXPECT_EQ(duration_text(0ms), "0s");
}

}  // namespace
}  // namespace stimmbuch::program
