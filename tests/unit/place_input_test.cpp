#include "place_input.hpp"

#include <string>

#include <gtest/gtest.h>

namespace stimmbuch::test {
namespace {

using http::api::geometry_of;
using http::api::Json;

std::string read(const std::string& geometry) {
  const auto read = geometry_of(Json::parse(geometry));
  return read ? codec::geojson(*read) : "";
}

// As a whole number of 1e-7 degree.
std::int32_t degrees(const std::string& coordinate) {
  const auto read = geometry_of(Json::parse(R"({"type":"Point","coordinates":[)" + coordinate + ",0]}"));
  EXPECT_TRUE(read) << coordinate;
  return read ? read->places.front().longitude_e7 : 0;
}

TEST(Coordinates, AreTheWholeNumbersThatTheirDigitsSay) {
  EXPECT_EQ(degrees("52"), 520'000'000);
  EXPECT_EQ(degrees("13.404954"), 134'049'540);
  EXPECT_EQ(degrees("-0.0000001"), -1);
  EXPECT_EQ(degrees("5e-3"), 50'000);
  EXPECT_EQ(degrees("1.8e2"), 1'800'000'000);
  EXPECT_EQ(degrees("1e-300"), 0);
  // As binary fractions these lie below what they say.
  EXPECT_EQ(degrees("1.005"), 10'050'000);
  EXPECT_EQ(degrees("8.575"), 85'750'000);
  EXPECT_EQ(degrees("179.9999999"), 1'799'999'999);
  EXPECT_EQ(degrees("13.40499996"), 134'050'000);
}

TEST(Geometries, ArePointsLinesAndPolygonsWithoutHoles) {
  EXPECT_EQ(read(R"({"coordinates":[13.40, 52.5],"type":"Point"})"),
            R"({"type":"Point","coordinates":[13.4,52.5]})");
  EXPECT_EQ(read(R"({"type":"LineString","coordinates":[[13.4,52.5],[-0.1278,51.5074]]})"),
            R"({"type":"LineString","coordinates":[[13.4,52.5],[-0.1278,51.5074]]})");
  EXPECT_EQ(read(R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})"),
            R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})");
  for (const std::string none :
       {R"({"type":"Point","coordinates":[181,0]})", R"({"type":"Point","coordinates":[0,-90.1]})",
        R"({"type":"Point","coordinates":[1,2,3]})", R"({"type":"Point","coordinates":["1","2"]})",
        R"({"type":"Point","coordinates":[1,2],"bbox":[]})", R"({"type":"Point","coordinates":[[1,2]]})",
        R"({"type":"LineString","coordinates":[[1,2]]})", R"({"type":"LineString","coordinates":[1,2]})",
        R"({"type":"Polygon","coordinates":[]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]})",
        R"({"type":"MultiPoint","coordinates":[[1,2]]})", R"({"type":1,"coordinates":[1,2]})", R"([1,2])",
        "{}"})
    EXPECT_FALSE(geometry_of(Json::parse(none))) << none;
}

}  // namespace
}  // namespace stimmbuch::test
