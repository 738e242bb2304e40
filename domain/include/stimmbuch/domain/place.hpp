#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// Places on the map, exact: all who compute agree on what lies where.
namespace stimmbuch {

// By WGS 84, in units of 1e-7 degree, which is about a centimetre.
struct Place {
  std::int32_t longitude_e7 = 0;
  std::int32_t latitude_e7 = 0;

  friend bool operator==(const Place&, const Place&) = default;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// A polygon by its corners, the first not repeated at the end. Its edges are straight in degrees (RFC 7946).
using Area = std::vector<Place>;

constexpr std::size_t area_corners_max = 200;

bool is_place(const Place& place);

// The nearest place of whole hundredths of a degree, which are about a kilometre apart: so places of people
// are published. What lies half way goes away from 0.
Place on_public_grid(const Place& place);

// Whether it has 3 to `area_corners_max` corners that are places, and no two of its edges meet but neighbours
// at their corner.
bool is_simple(const Area& area);

// Whether the inside of a simple area lies on the left of its edges, as GeoJSON has it.
bool runs_counterclockwise(const Area& area);

// Whether the place lies in a simple area, its edges included.
bool contains(const Area& area, const Place& place);

}  // namespace stimmbuch
