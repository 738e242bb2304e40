#pragma once

#include <optional>
#include <string_view>

#include "json_input.hpp"
#include "stimmbuch/domain/place.hpp"

// Places as clients send them: GeoJSON by WGS 84, longitude before latitude (RFC 7946).
namespace stimmbuch::http::api {

// Bodies with places hold numbers with fractions.
inline constexpr JsonLimits place_limits{.fractions = true};

// A Point, rounded to 1e-7 degree. What is none is reported; nothing if the member is absent.
std::optional<Place> take_place(Members& in, std::string_view name);

// A Polygon without holes, whichever way it runs; empty if the member is absent.
Area take_area(Members& in, std::string_view name);

}  // namespace stimmbuch::http::api
