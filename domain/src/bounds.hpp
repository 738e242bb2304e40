#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/utf8.hpp"

// Bounds that several aggregates put on what people write in clear. Together they keep every record below the
// bytes that a record may have (65 535), and the records of a command below theirs (1 MiB).
namespace stimmbuch {

constexpr std::size_t languages_max = 8;
constexpr std::size_t title_bytes_max = 240;
constexpr std::size_t summary_bytes_max = 3000;
constexpr std::size_t reason_bytes_max = 1000;

// The data of one record, as it is written. What a record has besides is far below the rest.
constexpr std::size_t record_data_bytes_max = 60'000;

inline bool is_language(std::string_view code) {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Appends the items in as many events, each with a part of them in its list, as their records need.
template <class Event, class Part, class Item>
void append_parts(std::vector<Event>& events, std::vector<Item> Part::* list, const std::vector<Item>& items,
                  std::size_t (*written_bytes_max)(const Item& item)) {
  std::size_t left = 0;
  for (const Item& item : items) {
    const std::size_t bytes = written_bytes_max(item);
    if (bytes > left) {
      events.emplace_back(Part{});
      left = record_data_bytes_max;
    }
    (std::get<Part>(events.back()).*list).push_back(item);
    left -= bytes;
  }
}

// 1 to `bytes_max` bytes of UTF-8 without control characters but tab and line ends, so that no byte takes
// more than two in a record.
inline bool is_text(std::string_view text, std::size_t bytes_max) {
  const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r'; };
  return !text.empty() && text.size() <= bytes_max && is_utf8(text) && std::ranges::none_of(text, is_control);
}

// At least one language, each with a text of 1 to `bytes_max` bytes.
inline bool is_localized(const LocalizedText& text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= languages_max && std::ranges::all_of(text, [&](const auto& entry) {
    return is_language(entry.first) && is_text(entry.second, bytes_max);
  });
}

// The bytes that the text takes in a record at most.
inline std::size_t written_bytes_max(const LocalizedText& text) {
  std::size_t bytes = 2;
  for (const auto& [language, words] : text) bytes += language.size() + 2 * words.size() + 6;
  return bytes;
}

// Whether what a machine translated are languages, sorted and each once, that one of the texts has, or the
// description among the vault texts.
inline bool are_languages_of(const std::vector<const LocalizedText*>& texts, const Languages& languages,
                             const Commitments& description = {}) {
  return std::ranges::adjacent_find(languages, std::ranges::greater_equal{}) == languages.end() &&
         std::ranges::all_of(languages, [&](const std::string& language) {
           return description.contains("description/" + language) ||
                  std::ranges::any_of(texts,
                                      [&](const LocalizedText* text) { return text->contains(language); });
         });
}

inline bool is_reason(std::string_view text) {
  return is_text(text, reason_bytes_max);
}

// Whether every field of the vault texts is one of those that the command may carry.
inline bool has_only_fields(const Commitments& texts, std::initializer_list<std::string_view> fields) {
  return std::ranges::all_of(
      texts, [&](const auto& text) { return std::ranges::find(fields, text.first) != fields.end(); });
}

// Whether the vault texts are a description: one text, `description`, or texts by language,
// `description/<language>`.
inline bool is_description(const Commitments& texts) {
  constexpr std::string_view single = "description";
  constexpr std::string_view localized = "description/";
  if (texts.size() == 1 && texts.begin()->first == single) return true;
  return texts.size() <= languages_max && std::ranges::all_of(texts, [&](const auto& text) {
           const std::string_view field = text.first;
           return field.starts_with(localized) && is_language(field.substr(localized.size()));
         });
}

}  // namespace stimmbuch
