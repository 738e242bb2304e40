#include "places.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace stimmbuch::http::api {

namespace {

constexpr int grid_digits = 2;  // behind the point
constexpr std::int64_t grid_steps = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_of_number(char c) {
  return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// How many steps of the grid a number in JSON's writing is.
std::int64_t steps_of(std::string_view number) {
  const bool is_negative = number.starts_with('-');
  if (is_negative) number.remove_prefix(1);
  const auto exponent_at = std::min(number.find_first_of("eE"), number.size());
  int exponent = 0;
  if (exponent_at < number.size()) {
    auto text = number.substr(exponent_at + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    std::from_chars(text.data(), text.data() + text.size(), exponent);
  }
  std::string digits(number.substr(0, exponent_at));
  const auto point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.erase(point, 1);
  // So many of the digits count whole steps, and the next one says how to round.
  const std::int64_t whole = static_cast<std::int64_t>(point) + exponent + grid_digits;
  const auto digit = [&](std::int64_t place) -> std::int64_t {
    return place >= 0 && place < std::ssize(digits) ? digits[static_cast<std::size_t>(place)] - '0' : 0;
  };
  std::int64_t steps = 0;
  for (std::int64_t place = 0; place < whole; ++place) steps = steps * 10 + digit(place);
  if (digit(whole) >= 5) ++steps;
  return is_negative ? -steps : steps;
}

void append_steps(std::string& out, std::int64_t steps) {
  if (steps < 0) out += '-';
  const std::int64_t size = steps < 0 ? -steps : steps;
  out += std::to_string(size / grid_steps);
  const std::int64_t fraction = size % grid_steps;
  if (fraction == 0) return;
  out += '.';
  out += static_cast<char>('0' + fraction / 10);
  if (fraction % 10 != 0) out += static_cast<char>('0' + fraction % 10);
}

}  // namespace

std::string on_public_grid(std::string_view geometry) {
  std::string out;
  bool in_string = false;
  while (!geometry.empty()) {
    const char c = geometry.front();
    if (c == '"') in_string = !in_string;
    if (in_string || (!is_digit(c) && c != '-')) {
      out += c;
      geometry.remove_prefix(1);
      continue;
    }
    const auto end = std::ranges::find_if_not(geometry, is_of_number);
    const auto number = geometry.substr(0, static_cast<std::size_t>(end - geometry.begin()));
    append_steps(out, steps_of(number));
    geometry.remove_prefix(number.size());
  }
  return out;
}

}  // namespace stimmbuch::http::api
