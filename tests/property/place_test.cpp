// Points in polygons, against a winding number in fractions.
#include "stimmbuch/domain/place.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

// Small numbers, so that products of fractions stay exact.
struct Fraction {
  std::int64_t above = 0;
  std::int64_t below = 1;  // > 0

  friend std::strong_ordering operator<=>(const Fraction& a, const Fraction& b) {
    return a.above * b.below <=> b.above * a.below;
  }
  friend bool operator==(const Fraction& a, const Fraction& b) { return (a <=> b) == 0; }
};

Fraction fraction(std::int64_t above, std::int64_t below) {
  return below < 0 ? Fraction{-above, -below} : Fraction{above, below};
}

// The longitude at which an edge that is not level passes a latitude.
Fraction crossing(const Place& from, const Place& to, std::int64_t latitude) {
  const std::int64_t rise = to.latitude_e7 - from.latitude_e7;
  const std::int64_t run = to.longitude_e7 - from.longitude_e7;
  return fraction(from.longitude_e7 * rise + run * (latitude - from.latitude_e7), rise);
}

// Everybody's definition: on an edge, or wound around at least once.
bool lies_within(const Area& area, const Place& place) {
  int winding = 0;
  for (std::size_t i = 0; i < area.size(); ++i) {
    const Place& from = area[i];
    const Place& to = area[(i + 1) % area.size()];
    const auto [south, north] = std::minmax(from.latitude_e7, to.latitude_e7);
    const auto [west, east] = std::minmax(from.longitude_e7, to.longitude_e7);
    const Fraction longitude{place.longitude_e7, 1};
    if (south == north) {
      if (place.latitude_e7 == south && west <= place.longitude_e7 && place.longitude_e7 <= east) return true;
      continue;
    }
    if (place.latitude_e7 < south || place.latitude_e7 > north) continue;
    const Fraction at = crossing(from, to, place.latitude_e7);
    if (at == longitude) return true;
    if (place.latitude_e7 == north || at < longitude) continue;
    winding += from.latitude_e7 < to.latitude_e7 ? 1 : -1;
  }
  return winding != 0;
}

constexpr std::int32_t extent = 12;

Place random_place(Random& random) {
  return {random.between<std::int32_t>(-extent, extent), random.between<std::int32_t>(-extent, extent)};
}

// Some simple polygon, whichever way it runs.
Area random_area(Random& random) {
  while (true) {
    Area area;
    for (auto corners = random.between(3, 7); corners > 0; --corners) area.push_back(random_place(random));
    if (is_simple(area)) return area;
  }
}

TEST(PlacesInAreas, AreThoseThatTheAreaWindsAround) {
  for_seeds(200, [](Random& random) {
    const Area area = random_area(random);
    for (std::int32_t longitude = -extent; longitude <= extent; ++longitude)
      for (std::int32_t latitude = -extent; latitude <= extent; ++latitude) {
        const Place place{longitude, latitude};
        ASSERT_EQ(contains(area, place), lies_within(area, place)) << longitude << ' ' << latitude;
      }
  });
}

TEST(PlacesInAreas, AreTheSameWhereverTheAreaBeginsAndWhicheverWayItRuns) {
  for_seeds(100, [](Random& random) {
    const Area area = random_area(random);
    Area turned = area;
    std::ranges::rotate(turned, turned.begin() + static_cast<std::ptrdiff_t>(random.index(area.size())));
    EXPECT_EQ(runs_counterclockwise(turned), runs_counterclockwise(area));
    if (random.chance(50)) {
      std::ranges::reverse(turned);
      EXPECT_NE(runs_counterclockwise(turned), runs_counterclockwise(area));
    }
    ASSERT_TRUE(is_simple(turned));
    for (int i = 0; i < 100; ++i) {
      const Place place = random_place(random);
      ASSERT_EQ(contains(turned, place), contains(area, place));
    }
  });
}

// Twice the area that a polygon encloses, with a sign by the way it runs.
std::int64_t doubled_area(const Area& area) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < area.size(); ++i) {
    const Place& from = area[i];
    const Place& to = area[(i + 1) % area.size()];
    sum +=
        std::int64_t{from.longitude_e7} * to.latitude_e7 - std::int64_t{to.longitude_e7} * from.latitude_e7;
  }
  return sum;
}

TEST(PlacesInAreas, RunCounterclockwiseAroundAPositiveArea) {
  for_seeds(300, [](Random& random) {
    const Area area = random_area(random);
    EXPECT_EQ(runs_counterclockwise(area), doubled_area(area) > 0);
  });
}

// However large: what is scaled keeps what lies in it.
TEST(PlacesInAreas, StayWhereTheyAreOnTheWholeEarth) {
  constexpr std::int32_t scale = 900'000'000 / extent;
  const auto scaled = [](const Place& place) {
    return Place{2 * scale * place.longitude_e7, scale * place.latitude_e7};
  };
  for_seeds(100, [&](Random& random) {
    const Area area = random_area(random);
    Area large;
    std::ranges::transform(area, std::back_inserter(large), scaled);
    ASSERT_TRUE(is_simple(large));
    EXPECT_EQ(runs_counterclockwise(large), runs_counterclockwise(area));
    for (int i = 0; i < 100; ++i) {
      const Place place = random_place(random);
      ASSERT_EQ(contains(large, scaled(place)), contains(area, place));
    }
  });
}

}  // namespace
}  // namespace stimmbuch::test
