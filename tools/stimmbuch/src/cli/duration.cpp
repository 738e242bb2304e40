#include "cli/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};

constexpr std::array units{Unit{"d", std::chrono::days{1}}, Unit{"h", std::chrono::hours{1}},
                           Unit{"m", std::chrono::minutes{1}}, Unit{"s", std::chrono::seconds{1}},
                           Unit{"ms", milliseconds{1}}};

constexpr milliseconds longest = std::chrono::days{36'525};

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != text) continue;
    if (number > longest / unit.length) return std::nullopt;
    return number * unit.length;
  }
  return std::nullopt;
}

std::string duration_text(milliseconds duration) {
  for (const Unit& unit : units) {
    if (duration >= unit.length && duration % unit.length == milliseconds::zero()) {
      return fmt::format("{}{}", duration / unit.length, unit.name);
    }
  }
  return "0s";
}

}  // namespace stimmbuch::program
