#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace stimmbuch::import {

// The largest whole number that the engine's records hold.
inline constexpr std::int64_t max_whole_number = (std::int64_t{1} << 53) - 1;

// A decimal number, exactly: digits × 10^-decimals, with as few decimals as it can be written with.
struct Decimal {
  std::int64_t digits = 0;
  int decimals = 0;
};

// Reads `-12.50`: digits, a point, no other signs. Nothing when the text is not such a number or its digits
// go beyond max_whole_number.
std::optional<Decimal> parse_decimal(std::string_view text);

// Reads a decimal number that is whole, such as 12 or 12.0.
std::optional<std::int64_t> parse_whole(std::string_view text);

// `number` in units of 10^-decimals; nothing when that is not exact or beyond max_whole_number.
std::optional<std::int64_t> in_units(Decimal number, int decimals);

}  // namespace stimmbuch::import
