#include "language.hpp"

#include <charconv>
#include <optional>

#include "stimmbuch/adapters/http/server/request.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr int quality_max = 1000;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// What stands up to the separator, which is taken away with it.
std::string_view take(std::string_view& text, char separator) {
  const auto part = text.substr(0, text.find(separator));
  text.remove_prefix(part.size() == text.size() ? part.size() : part.size() + 1);
  return trimmed(part);
}

// "q=0.8" in thousandths; nothing if it is no quality.
std::optional<int> quality_of(std::string_view text) {
  if (text.empty()) return quality_max;
  if (!(text.starts_with("q=") || text.starts_with("Q="))) return std::nullopt;
  text.remove_prefix(2);
  const auto whole = take(text, '.');
  if ((whole != "0" && whole != "1") || text.size() > 3) return std::nullopt;
  int quality = whole == "1" ? quality_max : 0;
  for (int place = quality_max / 10; !text.empty(); place /= 10, text.remove_prefix(1)) {
    if (text.front() < '0' || text.front() > '9') return std::nullopt;
    quality += place * (text.front() - '0');
  }
  return quality <= quality_max ? std::optional(quality) : std::nullopt;
}

struct Wish {
  int quality = 0;
  int place = 0;  // in the list
};

}  // namespace

Language preferred_language(std::string_view accept_language) {
  std::optional<Wish> de;
  std::optional<Wish> en;
  std::optional<Wish> others;
  for (int place = 0; !accept_language.empty(); ++place) {
    auto parameters = take(accept_language, ',');
    auto range = take(parameters, ';');
    const auto quality = quality_of(trimmed(parameters));
    const auto language = take(range, '-');
    std::optional<Wish>* wish = nullptr;
    if (equal_ignoring_case(language, "de")) wish = &de;
    if (equal_ignoring_case(language, "en")) wish = &en;
    if (language == "*") wish = &others;
    if (wish && quality && (!*wish || *quality > (*wish)->quality)) *wish = Wish{*quality, place};
  }
  const Wish german = de.or_else([&] { return others; }).value_or(Wish{});
  const Wish english = en.or_else([&] { return others; }).value_or(Wish{});
  if (english.quality != german.quality)
    return english.quality > german.quality ? Language::en : Language::de;
  return english.place < german.place ? Language::en : Language::de;
}

}  // namespace stimmbuch::http::api
