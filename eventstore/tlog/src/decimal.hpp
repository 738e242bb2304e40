#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stimmbuch::tlog {

// Sizes and indexes stay below 2^63: others keep them with a sign.
inline constexpr std::uint64_t size_max = (std::uint64_t{1} << 63) - 1;

// A number as these formats write it: decimal, without a sign and without leading zeros.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > size_max) return std::nullopt;
  return number;
}

}  // namespace stimmbuch::tlog
