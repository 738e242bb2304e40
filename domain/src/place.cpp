#include "stimmbuch/domain/place.hpp"

#include <algorithm>

namespace stimmbuch {

namespace {

constexpr std::int32_t longitude_e7_max = 1'800'000'000;
constexpr std::int32_t latitude_e7_max = 900'000'000;

struct Edge {
  Place from;
  Place to;
};

Edge edge(const Area& area, std::size_t index) {
  return {area[index], area[(index + 1) % area.size()]};
}

// On which side of the line through the edge the place lies: 1 left, -1 right, 0 on it. Each product is below
// 6.5e18 and so fits; their difference need not.
int side(const Edge& line, const Place& place) {
  const auto longitude = [&](const Place& at) {
    return std::int64_t{at.longitude_e7} - line.from.longitude_e7;
  };
  const auto latitude = [&](const Place& at) { return std::int64_t{at.latitude_e7} - line.from.latitude_e7; };
  const std::int64_t left = longitude(line.to) * latitude(place);
  const std::int64_t right = latitude(line.to) * longitude(place);
  return (left > right ? 1 : 0) - (left < right ? 1 : 0);
}

bool is_on(const Edge& line, const Place& place) {
  const auto [west, east] = std::minmax(line.from.longitude_e7, line.to.longitude_e7);
  const auto [south, north] = std::minmax(line.from.latitude_e7, line.to.latitude_e7);
  return side(line, place) == 0 && west <= place.longitude_e7 && place.longitude_e7 <= east &&
         south <= place.latitude_e7 && place.latitude_e7 <= north;
}

bool meet(const Edge& one, const Edge& other) {
  if (is_on(one, other.from) || is_on(one, other.to) || is_on(other, one.from) || is_on(other, one.to))
    return true;
  return side(one, other.from) * side(one, other.to) < 0 && side(other, one.from) * side(other, one.to) < 0;
}

constexpr std::int32_t grid_e7 = 100'000;

std::int32_t on_grid(std::int32_t e7) {
  const std::int32_t half = e7 < 0 ? -grid_e7 / 2 : grid_e7 / 2;
  return (e7 + half) / grid_e7 * grid_e7;
}

}  // namespace

bool is_place(const Place& place) {
  return place.longitude_e7 >= -longitude_e7_max && place.longitude_e7 <= longitude_e7_max &&
         place.latitude_e7 >= -latitude_e7_max && place.latitude_e7 <= latitude_e7_max;
}

Place on_public_grid(const Place& place) {
  return {on_grid(place.longitude_e7), on_grid(place.latitude_e7)};
}

bool is_simple(const Area& area) {
  if (area.size() < 3 || area.size() > area_corners_max || !std::ranges::all_of(area, is_place)) return false;
  const std::size_t count = area.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Edge own = edge(area, i);
    const Edge next = edge(area, (i + 1) % count);
    // Neighbours share a corner; neither may go back over the other.
    if (own.from == own.to || is_on(own, next.to) || is_on(next, own.from)) return false;
    for (std::size_t other = i + 2; other < count; ++other) {
      const bool are_neighbours = i == 0 && other == count - 1;
      if (!are_neighbours && meet(own, edge(area, other))) return false;
    }
  }
  return true;
}

bool runs_counterclockwise(const Area& area) {
  // At its outermost corner a simple area turns the way it runs.
  const auto count = static_cast<std::ptrdiff_t>(area.size());
  const auto outermost = std::ranges::min_element(area) - area.begin();
  const auto at = [&](std::ptrdiff_t index) { return area[static_cast<std::size_t>(index % count)]; };
  return side({at(outermost + count - 1), at(outermost)}, at(outermost + 1)) > 0;
}

bool contains(const Area& area, const Place& place) {
  bool is_inside = false;
  for (std::size_t i = 0; i < area.size(); ++i) {
    const Edge own = edge(area, i);
    if (is_on(own, place)) return true;
    // Counts the edges that a ray from the place to the east crosses.
    const bool begins_above = own.from.latitude_e7 > place.latitude_e7;
    const bool ends_above = own.to.latitude_e7 > place.latitude_e7;
    if (begins_above != ends_above && (side(own, place) > 0) == ends_above) is_inside = !is_inside;
  }
  return is_inside;
}

}  // namespace stimmbuch
