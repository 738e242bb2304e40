#pragma once

#include <string>
#include <string_view>

namespace stimmbuch::http::api {

// A GeoJSON geometry with every coordinate rounded to the grid on which places are published, hundredths of a
// degree; what lies half way is rounded away from 0. Rounds the digits as they are written: no binary
// fraction comes between.
std::string on_public_grid(std::string_view geometry);

}  // namespace stimmbuch::http::api
