#include "stimmbuch/domain/base64url.hpp"

#include <array>
#include <cstdint>

namespace stimmbuch {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t foreign = 64;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(foreign);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

void append_base64url(std::string& text, std::span<const std::byte> bytes) {
  auto end = text.size();
  text.resize(end + base64url_size(bytes.size()));
  const auto put = [&](std::uint32_t bits, unsigned characters) {
    for (unsigned shift = 18; characters > 0; --characters, shift -= 6)
      text[end++] = alphabet[(bits >> shift) & 63];
  };
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2), 4);
  if (bytes.size() - i == 1) put(byte(i) << 16, 2);
  if (bytes.size() - i == 2) put(byte(i) << 16 | byte(i + 1) << 8, 3);
}

std::string to_base64url(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(base64url_size(bytes.size()));
  append_base64url(text, bytes);
  return text;
}

bool from_base64url(std::string_view text, std::span<std::byte> bytes) {
  if (text.size() != base64url_size(bytes.size())) return false;
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t filled = 0;
  for (const char c : text) {
    const std::uint32_t value = values[static_cast<unsigned char>(c)];
    if (value == foreign) return false;
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[filled++] = static_cast<std::byte>((bits >> held) & 255);
    }
  }
  return (bits & ((1U << held) - 1)) == 0;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
  std::vector<std::byte> bytes(text.size() * 3 / 4);
  if (!from_base64url(text, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace stimmbuch
