#include "stimmbuch/domain/place.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/codec/geojson.hpp"

namespace stimmbuch::test {
namespace {

constexpr std::int32_t east = 1'800'000'000;
constexpr std::int32_t north = 900'000'000;

const Area block{{0, 0}, {10, 0}, {10, 10}, {0, 10}};
const Area earth{{-east, -north}, {east, -north}, {east, north}, {-east, north}};

TEST(AnArea, HasCornersOnEarth) {
  EXPECT_TRUE(is_simple(block));
  EXPECT_TRUE(is_simple(earth));
  EXPECT_FALSE(is_simple({}));
  EXPECT_FALSE(is_simple({{0, 0}, {1, 1}}));
  EXPECT_FALSE(is_simple({{0, 0}, {east + 1, 0}, {0, 5}}));
  EXPECT_FALSE(is_simple({{0, 0}, {5, 0}, {0, -north - 1}}));
  Area many;
  for (std::int32_t i = 0; i < 199; ++i) many.push_back({i, i * i});
  many.push_back({0, 100'000});
  EXPECT_TRUE(is_simple(many));
  many.push_back({-1, 100'000});
  EXPECT_FALSE(is_simple(many));
}

TEST(AnArea, HasNoEdgesThatCrossOrTouch) {
  EXPECT_FALSE(is_simple({{0, 0}, {10, 10}, {10, 0}, {0, 10}}));          // crosses itself
  EXPECT_FALSE(is_simple({{0, 0}, {10, 0}, {10, 10}, {5, 0}, {0, 10}}));  // a corner on an edge
  EXPECT_FALSE(is_simple({{0, 0}, {10, 0}, {5, 0}, {5, 10}}));            // goes back
  EXPECT_FALSE(is_simple({{0, 0}, {5, 0}, {10, 0}}));                     // has no inside
  EXPECT_FALSE(is_simple({{0, 0}, {0, 0}, {10, 0}, {0, 10}}));            // stands still
  EXPECT_TRUE(is_simple({{0, 0}, {5, 0}, {10, 0}, {0, 10}}));             // straight on
}

TEST(AnArea, RunsOneWayOrTheOther) {
  for (Area area : {block, earth, Area{{0, 0}, {5, 0}, {10, 0}, {0, 10}}, Area{{0, 5}, {3, 4}, {9, 9}}}) {
    EXPECT_TRUE(runs_counterclockwise(area));
    std::ranges::reverse(area);
    EXPECT_FALSE(runs_counterclockwise(area));
  }
}

TEST(APlace, LiesWithinAnAreaOrOnItsEdges) {
  EXPECT_TRUE(contains(block, {5, 5}));
  EXPECT_TRUE(contains(block, {0, 0}));
  EXPECT_TRUE(contains(block, {10, 3}));
  EXPECT_FALSE(contains(block, {11, 5}));
  EXPECT_FALSE(contains(block, {-1, 10}));
  EXPECT_FALSE(contains(block, {5, 11}));
  EXPECT_TRUE(contains(earth, {east, -north}));
  // A bay in the north; the ray to the east meets its corner.
  const Area bay{{0, 0}, {10, 0}, {10, 10}, {5, 5}, {0, 10}};
  EXPECT_TRUE(contains(bay, {1, 5}));
  EXPECT_TRUE(contains(bay, {5, 5}));
  EXPECT_FALSE(contains(bay, {5, 6}));
}

TEST(APlace, IsPublishedOnAGridOfHundredthsOfADegree) {
  const auto grid = [](std::int32_t longitude_e7) { return on_public_grid({longitude_e7, 0}).longitude_e7; };
  EXPECT_EQ(grid(134'000'000), 134'000'000);
  EXPECT_EQ(grid(134'049'999), 134'000'000);
  EXPECT_EQ(grid(134'050'000), 134'100'000);
  EXPECT_EQ(grid(-134'049'999), -134'000'000);
  EXPECT_EQ(grid(-134'050'000), -134'100'000);
  EXPECT_EQ(grid(-49'999), 0);
  EXPECT_EQ(on_public_grid({1'799'999'999, -899'999'999}), (Place{east, -north}));
  EXPECT_EQ(on_public_grid({-east, north}), (Place{-east, north}));
}

TEST(GeoJson, HasExactDecimalsWithLongitudeFirst) {
  using codec::Shape;
  EXPECT_EQ(codec::geojson({Shape::point, {{134'049'540, 525'200'066}}}),
            R"({"type":"Point","coordinates":[13.404954,52.5200066]})");
  EXPECT_EQ(codec::geojson({Shape::point, {{-1, 0}}}), R"({"type":"Point","coordinates":[-0.0000001,0]})");
  EXPECT_EQ(codec::geojson({Shape::point, {{-east, 10'000'001}}}),
            R"({"type":"Point","coordinates":[-180,1.0000001]})");
  EXPECT_EQ(codec::geojson({Shape::line, {{0, 0}, {10'000'000, 5'000'000}}}),
            R"({"type":"LineString","coordinates":[[0,0],[1,0.5]]})");
  EXPECT_EQ(codec::geojson({Shape::polygon, {{0, 0}, {10'000'000, 0}, {0, 5'000'000}}}),
            R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0.5],[0,0]]]})");
}

}  // namespace
}  // namespace stimmbuch::test
