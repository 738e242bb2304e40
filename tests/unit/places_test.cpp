#include "places.hpp"

#include <string>

#include <gtest/gtest.h>

namespace stimmbuch::test {
namespace {

std::string rounded(const std::string& coordinate) {
  return http::api::on_public_grid("[" + coordinate + "]");
}

TEST(PublicGrid, RoundsByTheDigitsAsTheyAreWritten) {
  EXPECT_EQ(rounded("13.4"), "[13.4]");
  EXPECT_EQ(rounded("13.404954"), "[13.4]");
  EXPECT_EQ(rounded("13.405"), "[13.41]");
  EXPECT_EQ(rounded("13.40499999999999999999"), "[13.4]");
  EXPECT_EQ(rounded("-13.405"), "[-13.41]");
  EXPECT_EQ(rounded("-13.4049"), "[-13.4]");
  // As binary fractions these lie below the half.
  EXPECT_EQ(rounded("1.005"), "[1.01]");
  EXPECT_EQ(rounded("8.575"), "[8.58]");
  EXPECT_EQ(rounded("52"), "[52]");
  EXPECT_EQ(rounded("179.999"), "[180]");
  EXPECT_EQ(rounded("9.995"), "[10]");
  EXPECT_EQ(rounded("0.05"), "[0.05]");
}

TEST(PublicGrid, KnowsSmallNumbersAndExponents) {
  EXPECT_EQ(rounded("0"), "[0]");
  EXPECT_EQ(rounded("-0.0"), "[0]");
  EXPECT_EQ(rounded("-0.004"), "[0]");
  EXPECT_EQ(rounded("0.005"), "[0.01]");
  EXPECT_EQ(rounded("5e-3"), "[0.01]");
  EXPECT_EQ(rounded("4.9e-03"), "[0]");
  EXPECT_EQ(rounded("1e-300"), "[0]");
  EXPECT_EQ(rounded("1.8e2"), "[180]");
  EXPECT_EQ(rounded("1.23456E+1"), "[12.35]");
}

TEST(PublicGrid, KeepsEverythingElseOfAGeometry) {
  EXPECT_EQ(http::api::on_public_grid(
                R"({"coordinates":[[13.40495,52.52],[-0.1278,51.5074]],"type":"LineString"})"),
            R"({"coordinates":[[13.4,52.52],[-0.13,51.51]],"type":"LineString"})");
  EXPECT_EQ(http::api::on_public_grid(R"({"type":"of 13.40495"})"), R"({"type":"of 13.40495"})");
}

}  // namespace
}  // namespace stimmbuch::test
