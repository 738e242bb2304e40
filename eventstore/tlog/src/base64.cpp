#include "stimmbuch/eventstore/tlog/base64.hpp"

#include <algorithm>

#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::tlog {

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text = to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.contains('-') || text.contains('_')) return std::nullopt;
  std::string unpadded(text.substr(0, text.size() - (text.ends_with("==")  ? 2
                                                     : text.ends_with('=') ? 1
                                                                           : 0)));
  std::ranges::replace(unpadded, '+', '-');
  std::ranges::replace(unpadded, '/', '_');
  const auto bytes = from_base64url(unpadded);
  if (!bytes) return std::nullopt;
  return std::string(crypto::text_of(*bytes));
}

}  // namespace stimmbuch::tlog
