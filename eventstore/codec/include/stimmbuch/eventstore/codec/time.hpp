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

// The one writing of a day: "2026-05-03".
class DayText {
 public:
  explicit DayText(Day day);
  std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 10> text_;
};

// The day that a text of exactly that writing names; nothing for any other text, or outside the years of
// days.
std::optional<Day> parse_day(std::string_view text);

}  // namespace stimmbuch::codec
