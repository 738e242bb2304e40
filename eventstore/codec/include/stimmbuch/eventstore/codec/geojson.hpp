#pragma once

#include <string>

#include "stimmbuch/domain/place.hpp"

// Places as maps read them (RFC 7946): degrees as exact decimals, longitude first, without white space.
namespace stimmbuch::codec {

// {"type":"Point","coordinates":[13.404954,52.5200066]}
std::string geojson_point(const Place& place);

// {"type":"Polygon","coordinates":[[…]]}: of a simple area, its first corner repeated at the end.
std::string geojson_polygon(const Area& area);

}  // namespace stimmbuch::codec
