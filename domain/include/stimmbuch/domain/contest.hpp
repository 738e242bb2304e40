#pragma once

#include <chrono>
#include <cstdint>

#include "stimmbuch/domain/basics.hpp"

// What all contests have in common, whatever people are asked in them.
namespace stimmbuch {

// The grid of a contest, in seconds.
constexpr std::int32_t grid_s_min = 60;
constexpr std::int32_t grid_s_max = 86400;

constexpr std::int32_t objection_days_max = 3650;

// How long after it is due a secret may last.
constexpr std::chrono::days destruction_patience{30};

constexpr bool is_on_grid(Time time, std::int32_t grid_s) {
  return on_grid(time, std::chrono::seconds{grid_s}) == time;
}

}  // namespace stimmbuch
