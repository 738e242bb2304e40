#include "stimmbuch/eventstore/codec/geojson.hpp"

#include <cstdint>

namespace stimmbuch::codec {

namespace {

void append_degrees(std::string& out, std::int64_t e7) {
  constexpr std::int64_t degree = 10'000'000;
  if (e7 < 0) out.push_back('-');
  const std::int64_t units = e7 < 0 ? -e7 : e7;
  out.append(std::to_string(units / degree));
  if (units % degree == 0) return;
  // The digits behind the point, with their leading zeros and without those at the end.
  std::string digits = std::to_string(degree + units % degree).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  out.append(".").append(digits);
}

void append_place(std::string& out, const Place& place) {
  out.push_back('[');
  append_degrees(out, place.longitude_e7);
  out.push_back(',');
  append_degrees(out, place.latitude_e7);
  out.push_back(']');
}

void append_places(std::string& out, const std::vector<Place>& places) {
  for (const Place& place : places) {
    if (&place != &places.front()) out.push_back(',');
    append_place(out, place);
  }
}

}  // namespace

std::string geojson(const Geometry& geometry) {
  std::string out;
  switch (geometry.shape) {
    case Shape::point:
      out = R"({"type":"Point","coordinates":)";
      append_place(out, geometry.places.front());
      return out.append("}");
    case Shape::line:
      out = R"({"type":"LineString","coordinates":[)";
      append_places(out, geometry.places);
      return out.append("]}");
    case Shape::polygon:
      out = R"({"type":"Polygon","coordinates":[[)";
      append_places(out, geometry.places);
      append_place(out.append(","), geometry.places.front());
      return out.append("]]}");
  }
  return out;
}

}  // namespace stimmbuch::codec
