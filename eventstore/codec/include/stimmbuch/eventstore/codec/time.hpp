#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "stimmbuch/domain/basics.hpp"

namespace stimmbuch::codec {

// The one writing of a time: RFC 3339, UTC, microseconds, "2026-05-03T10:00:00.000000Z". Years 0000 to 9999.
class TimeText {
 public:
  explicit TimeText(Time time);
  std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 27> text_;
};

// The time that a text of exactly that writing names; nothing for any other text.
std::optional<Time> parse_time(std::string_view text);

}  // namespace stimmbuch::codec
