#include "place_input.hpp"

#include <algorithm>
#include <cmath>

namespace stimmbuch::http::api {

namespace {

constexpr double units_per_degree = 1e7;

std::optional<std::int32_t> units(const Json& degrees, double most) {
  if (!degrees.is_number() || std::abs(degrees.get<double>()) > most) return std::nullopt;
  return static_cast<std::int32_t>(std::llround(degrees.get<double>() * units_per_degree));
}

std::optional<Place> place_of(const Json& position) {
  if (!position.is_array() || position.size() != 2) return std::nullopt;
  const auto longitude = units(position[0], 180);
  const auto latitude = units(position[1], 90);
  if (!longitude || !latitude) return std::nullopt;
  return Place{*longitude, *latitude};
}

// The coordinates of a geometry of this type; null for anything else.
const Json* coordinates_of(const Json& geometry, std::string_view type) {
  const bool is_geometry = geometry.is_object() && geometry.size() == 2 && geometry.contains("type") &&
                           geometry.contains("coordinates") && geometry["type"] == type;
  return is_geometry ? &geometry["coordinates"] : nullptr;
}

// Without its last corner, which is its first once more; empty if it is no ring.
Area ring_of(const Json& positions) {
  if (!positions.is_array() || positions.size() < 4 || positions.size() > area_corners_max + 1) return {};
  Area ring;
  for (const Json& position : positions) {
    const auto place = place_of(position);
    if (!place) return {};
    ring.push_back(*place);
  }
  if (ring.front() != ring.back()) return {};
  ring.pop_back();
  return ring;
}

}  // namespace

std::optional<Place> take_place(Members& in, std::string_view name) {
  const Json* const value = in.any(name);
  if (!value) return std::nullopt;
  const Json* const coordinates = coordinates_of(*value, "Point");
  const auto place = coordinates ? place_of(*coordinates) : std::nullopt;
  if (!place) in.report(name, "invalid_place", "A place is a GeoJSON Point by WGS 84.");
  return place;
}

Area take_area(Members& in, std::string_view name) {
  const Json* const value = in.any(name);
  if (!value) return {};
  const Json* const rings = coordinates_of(*value, "Polygon");
  Area area;
  if (rings && rings->is_array() && rings->size() == 1) area = ring_of(rings->front());
  if (!is_simple(area)) {
    in.report(
        name, "invalid_area",
        "An area is a GeoJSON Polygon by WGS 84 without holes, with 3 to 200 corners, closed, and with no "
        "two edges that cross or touch.");
    return {};
  }
  if (!runs_counterclockwise(area)) std::ranges::reverse(area);
  return area;
}

}  // namespace stimmbuch::http::api
