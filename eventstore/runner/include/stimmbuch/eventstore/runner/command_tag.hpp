#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::runner {

// What a record remembers of the command that wrote it, its member `command`. `id` recognises a repeat,
// `content` tells whether the repeat asks for the same. Both are keyed hashes: neither the client's key nor a
// ballot's choice can be guessed from them.
struct CommandTag {
  std::array<std::byte, 16> id;
  std::array<std::byte, 8> content;

  friend bool operator==(const CommandTag&, const CommandTag&) = default;
};

// The tag in a record: its 24 bytes as 32 characters of base64url.
std::string to_text(const CommandTag& tag);

// Strict: nothing for anything but what `to_text` writes.
std::optional<CommandTag> parse_command_tag(std::string_view text);

}  // namespace stimmbuch::runner
