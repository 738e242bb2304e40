#include "decimal.hpp"

namespace stimmbuch::import {

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    text = text.substr(0, point);
    if (fraction.empty()) return std::nullopt;
  }
  if (text.empty()) return std::nullopt;

  Decimal number;
  std::size_t zeros = 0;  // read but not yet known to be needed, as the fraction's last ones are not
  const auto append = [&number](std::int64_t digit) {
    number.digits = number.digits * 10 + digit;
    return number.digits <= max_whole_number;
  };
  for (const char c : text) {
    if (c < '0' || c > '9' || !append(c - '0')) return std::nullopt;
  }
  for (const char c : fraction) {
    if (c < '0' || c > '9') return std::nullopt;
    ++zeros;
    if (c == '0') continue;
    for (; zeros > 0; --zeros, ++number.decimals) {
      if (!append(zeros == 1 ? c - '0' : 0)) return std::nullopt;
    }
  }
  if (negative) number.digits = -number.digits;
  return number;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  const auto number = parse_decimal(text);
  return number ? in_units(*number, 0) : std::nullopt;
}

std::optional<std::int64_t> in_units(Decimal number, int decimals) {
  if (number.decimals > decimals) return std::nullopt;
  for (; number.decimals < decimals; ++number.decimals) {
    number.digits *= 10;
    if (number.digits > max_whole_number || number.digits < -max_whole_number) return std::nullopt;
  }
  return number.digits;
}

}  // namespace stimmbuch::import
