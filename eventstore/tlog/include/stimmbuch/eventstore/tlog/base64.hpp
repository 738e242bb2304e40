#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Bytes as text in the formats of transparency logs: RFC 4648, section 4, with padding.
namespace stimmbuch::tlog {

std::string to_base64(std::span<const std::byte> bytes);

// Strict: bytes have one text only.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace stimmbuch::tlog
