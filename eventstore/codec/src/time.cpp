#include "stimmbuch/eventstore/codec/time.hpp"

#include <charconv>

namespace stimmbuch::codec {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <std::size_t Width>
void put(char* at, std::int64_t value) {
  for (std::size_t i = Width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

// The number that `width` digits at `at` name; `wrong` becomes true for anything but digits.
unsigned digits(std::string_view text, std::size_t at, std::size_t width, bool& wrong) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    const unsigned digit = static_cast<unsigned>(text[i]) - '0';
    wrong |= digit > 9;
    value = value * 10 + digit;
  }
  return value;
}

constexpr std::string_view pattern = "0000-00-00T00:00:00.000000Z";

constexpr std::string_view day_pattern = pattern.substr(0, 10);
constexpr std::chrono::year day_year_min{1900};
constexpr std::chrono::year day_year_max{2199};

void put_date(char* at, std::chrono::year_month_day date) {
  put<4>(at, int{date.year()});
  put<2>(at + 5, unsigned{date.month()});
  put<2>(at + 8, unsigned{date.day()});
}

// The date that begins the text, whose hyphens are looked at elsewhere.
std::chrono::year_month_day date_of(std::string_view text, bool& wrong) {
  const auto year = digits(text, 0, 4, wrong);
  const auto month = digits(text, 5, 2, wrong);
  const auto day = digits(text, 8, 2, wrong);
  return {std::chrono::year{static_cast<int>(year)}, std::chrono::month{month}, std::chrono::day{day}};
}

}  // namespace

TimeText::TimeText(Time time) {
  std::copy(pattern.begin(), pattern.end(), text_.begin());
  const auto day = floor<days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  put_date(text_.data(), day);
  put<2>(text_.data() + 11, clock.hours().count());
  put<2>(text_.data() + 14, clock.minutes().count());
  put<2>(text_.data() + 17, clock.seconds().count());
  put<6>(text_.data() + 20, clock.subseconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
  if (text.size() != pattern.size()) return std::nullopt;
  bool wrong = text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
               text[19] != '.' || text[26] != 'Z';
  const auto date = date_of(text, wrong);
  const auto hour = digits(text, 11, 2, wrong);
  const auto minute = digits(text, 14, 2, wrong);
  const auto second = digits(text, 17, 2, wrong);
  const auto micros = digits(text, 20, 6, wrong);
  if (wrong || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Time{std::chrono::sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} +
         microseconds{micros};
}

DayText::DayText(Day day) {
  std::copy(day_pattern.begin(), day_pattern.end(), text_.begin());
  put_date(text_.data(), day);
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != day_pattern.size()) return std::nullopt;
  bool wrong = text[4] != '-' || text[7] != '-';
  const auto date = date_of(text, wrong);
  if (wrong || !date.ok() || date.year() < day_year_min || date.year() > day_year_max) return std::nullopt;
  return Day{date};
}

}  // namespace stimmbuch::codec
