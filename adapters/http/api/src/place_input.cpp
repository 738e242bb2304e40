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

// Empty if they are not at least so many places.
std::vector<Place> places_of(const Json& positions, std::size_t least) {
  if (!positions.is_array() || positions.size() < least) return {};
  std::vector<Place> places;
  for (const Json& position : positions) {
    const auto place = place_of(position);
    if (!place) return {};
    places.push_back(*place);
  }
  return places;
}

// Without its last corner, which is its first once more; empty if it is no ring.
std::vector<Place> ring_of(const Json& positions) {
  auto ring = places_of(positions, 4);
  if (ring.empty() || ring.front() != ring.back()) return {};
  ring.pop_back();
  return ring;
}

}  // namespace

std::optional<codec::Geometry> geometry_of(const Json& value) {
  using codec::Shape;
  if (!value.is_object() || value.size() != 2 || !value.contains("type") || !value.contains("coordinates"))
    return std::nullopt;
  const Json& type = value["type"];
  const Json& coordinates = value["coordinates"];
  codec::Geometry geometry;
  if (type == "Point") {
    if (const auto place = place_of(coordinates)) geometry = {Shape::point, {*place}};
  } else if (type == "LineString") {
    geometry = {Shape::line, places_of(coordinates, 2)};
  } else if (type == "Polygon" && coordinates.is_array() && coordinates.size() == 1) {
    geometry = {Shape::polygon, ring_of(coordinates.front())};
  }
  return geometry.places.empty() ? std::nullopt : std::optional(std::move(geometry));
}

std::optional<Place> take_place(Members& in, std::string_view name) {
  const Json* const value = in.any(name);
  if (!value) return std::nullopt;
  const auto geometry = geometry_of(*value);
  if (geometry && geometry->shape == codec::Shape::point) return geometry->places.front();
  in.report(name, "invalid_place", "A place is a GeoJSON Point by WGS 84.");
  return std::nullopt;
}

Area take_area(Members& in, std::string_view name) {
  const Json* const value = in.any(name);
  if (!value) return {};
  auto geometry = geometry_of(*value);
  if (!geometry || geometry->shape != codec::Shape::polygon || !is_simple(geometry->places)) {
    in.report(
        name, "invalid_area",
        "An area is a GeoJSON Polygon by WGS 84 without holes, with 3 to 200 corners, closed, and with no "
        "two edges that cross or touch.");
    return {};
  }
  if (!runs_counterclockwise(geometry->places)) std::ranges::reverse(geometry->places);
  return std::move(geometry->places);
}

}  // namespace stimmbuch::http::api
