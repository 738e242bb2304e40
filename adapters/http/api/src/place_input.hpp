#pragma once

#include <optional>
#include <string_view>

#include "json_input.hpp"
#include "stimmbuch/domain/place.hpp"
#include "stimmbuch/eventstore/codec/geojson.hpp"

// Places as clients send them: GeoJSON by WGS 84, longitude before latitude (RFC 7946), rounded to 1e-7
// degree.
namespace stimmbuch::http::api {

// Bodies with places hold numbers with fractions.
inline constexpr JsonLimits place_limits{.fractions = true};

// A Point, LineString or Polygon without holes; nothing for anything else.
std::optional<codec::Geometry> geometry_of(const Json& value);

// A Point. What is none is reported; nothing if the member is absent.
std::optional<Place> take_place(Members& in, std::string_view name);

// A Polygon, whichever way it runs; empty if the member is absent.
Area take_area(Members& in, std::string_view name);

}  // namespace stimmbuch::http::api
