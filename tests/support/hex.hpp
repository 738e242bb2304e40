#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace stimmbuch::test {

inline std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (; hex.size() >= 2; hex.remove_prefix(2)) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string{hex.substr(0, 2)}, nullptr, 16)));
  }
  if (!hex.empty()) throw std::invalid_argument("an odd number of hexadecimal digits");
  return bytes;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const auto byte : bytes) {
    hex.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
    hex.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return hex;
}

}  // namespace stimmbuch::test
