#pragma once

#include <string_view>

namespace stimmbuch {

// Whether this is the name of a zone of the tz database ("Europe/Berlin"), old names included. The list is
// part of the program, so that every machine decides alike; a name once given is never taken back.
bool is_zone(std::string_view name);

}  // namespace stimmbuch
