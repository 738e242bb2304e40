#pragma once

#include <initializer_list>
#include <string_view>

#include "cli/console.hpp"

namespace stimmbuch::program {

// The summaries of several imports as one: members that are added up, members that hold of all or not of all
// (null where none of them was compared), and the refusals by code.
Json total_of(const Json& summaries, std::initializer_list<std::string_view> sums,
              std::initializer_list<std::string_view> matches);

}  // namespace stimmbuch::program
