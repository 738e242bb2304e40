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

}  // namespace

TimeText::TimeText(Time time) {
  std::copy(pattern.begin(), pattern.end(), text_.begin());
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  put<4>(text_.data(), int{date.year()});
  put<2>(text_.data() + 5, unsigned{date.month()});
  put<2>(text_.data() + 8, unsigned{date.day()});
  put<2>(text_.data() + 11, clock.hours().count());
  put<2>(text_.data() + 14, clock.minutes().count());
  put<2>(text_.data() + 17, clock.seconds().count());
  put<6>(text_.data() + 20, clock.subseconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
  if (text.size() != pattern.size()) return std::nullopt;
  bool wrong = text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
               text[19] != '.' || text[26] != 'Z';
  const auto year = digits(text, 0, 4, wrong);
  const auto month = digits(text, 5, 2, wrong);
  const auto day = digits(text, 8, 2, wrong);
  const auto hour = digits(text, 11, 2, wrong);
  const auto minute = digits(text, 14, 2, wrong);
  const auto second = digits(text, 17, 2, wrong);
  const auto micros = digits(text, 20, 6, wrong);
  if (wrong) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Time{std::chrono::sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} +
         microseconds{micros};
}

}  // namespace stimmbuch::codec
