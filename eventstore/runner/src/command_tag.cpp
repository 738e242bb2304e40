#include "stimmbuch/eventstore/runner/command_tag.hpp"

#include <algorithm>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::runner {

std::string to_text(const CommandTag& tag) {
  std::array<std::byte, 24> bytes;
  std::ranges::copy(tag.content, std::ranges::copy(tag.id, bytes.begin()).out);
  return to_base64url(bytes);
}

std::optional<CommandTag> parse_command_tag(std::string_view text) {
  std::array<std::byte, 24> bytes;
  if (!from_base64url(text, bytes)) return std::nullopt;
  CommandTag tag;
  std::copy_n(bytes.begin(), tag.id.size(), tag.id.begin());
  std::copy_n(bytes.begin() + tag.id.size(), tag.content.size(), tag.content.begin());
  return tag;
}

}  // namespace stimmbuch::runner
