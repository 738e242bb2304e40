#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/basics.hpp"

// Bounds that several aggregates put on what people write in clear.
namespace stimmbuch {

constexpr std::size_t languages_max = 8;
constexpr std::size_t title_bytes_max = 240;
constexpr std::size_t summary_bytes_max = 4000;
constexpr std::size_t reason_bytes_max = 1000;

inline bool is_language(std::string_view code) {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

// At least one language, each with a text of 1 to `bytes_max` bytes.
inline bool is_localized(const LocalizedText& text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= languages_max && std::ranges::all_of(text, [&](const auto& entry) {
    return is_language(entry.first) && !entry.second.empty() && entry.second.size() <= bytes_max;
  });
}

inline bool is_reason(std::string_view text) {
  return !text.empty() && text.size() <= reason_bytes_max;
}

// Whether every field of the vault texts is one of those that the command may carry.
inline bool has_only_fields(const Commitments& texts, std::initializer_list<std::string_view> fields) {
  return std::ranges::all_of(
      texts, [&](const auto& text) { return std::ranges::find(fields, text.first) != fields.end(); });
}

}  // namespace stimmbuch
