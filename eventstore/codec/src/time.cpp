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

// The number that `width` digits at `at` name.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
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
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '0' && text[i] != pattern[i]) return std::nullopt;
  }
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto micros = digits(text, 20, 6);
  if (!year || !month || !day || !hour || !minute || !second || !micros) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Time{std::chrono::sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} +
         microseconds{*micros};
}

}  // namespace stimmbuch::codec
