#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Bytes as text wherever a record, an id or a token holds them: base64url without padding (RFC 4648, section
// 5). Reading is strict, so that bytes have one text only: no padding, no foreign character, no unused bit
// set.
namespace stimmbuch {

constexpr std::size_t base64url_size(std::size_t bytes) {
  return (bytes * 4 + 2) / 3;
}

void append_base64url(std::string& text, std::span<const std::byte> bytes);

std::string to_base64url(std::span<const std::byte> bytes);

std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

// Fills `bytes`, whose size says how long the text must be. False if the text is not theirs; `bytes` is then
// unspecified.
bool from_base64url(std::string_view text, std::span<std::byte> bytes);

}  // namespace stimmbuch
