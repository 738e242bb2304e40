#pragma once

#include <string>
#include <vector>

#include "stimmbuch/domain/place.hpp"

// Places as maps read them (RFC 7946).
namespace stimmbuch::codec {

enum class Shape { point, line, polygon };

// One place, those that a line passes, or the corners of a polygon without holes, the first not repeated at
// the end.
struct Geometry {
  Shape shape{};
  std::vector<Place> places;
};

// {"type":"Point","coordinates":[13.404954,52.5200066]}: degrees as exact decimals, longitude first, without
// white space; the first corner of a polygon repeated at the end.
std::string geojson(const Geometry& geometry);

}  // namespace stimmbuch::codec
