#pragma once

#include <optional>
#include <string_view>

namespace stimmbuch::tlog {

// Takes the next line off a text, and gives it without its newline; nothing if no newline is left.
inline std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace stimmbuch::tlog
