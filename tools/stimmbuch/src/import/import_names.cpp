#include "import/import_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/console.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t hash_digits_in_id = 8;
constexpr std::size_t hash_digits_in_key = 32;
constexpr std::size_t title_bytes_max = 240;

// Whether a byte stands inside of a character of UTF-8.
bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string imported_id(std::string_view name, std::string_view content_hash, std::size_t bytes_max) {
  std::string id(name.substr(0, bytes_max - hash_digits_in_id - 1));
  std::ranges::replace_if(id, [](char c) { return !is_id({&c, 1}); }, '-');
  return fmt::format("{}-{}", id, content_hash.substr(0, hash_digits_in_id));
}

std::string import_key(std::string_view content_hash, std::string_view step) {
  return fmt::format("{}:{}", content_hash.substr(0, hash_digits_in_key), step);
}

std::string imported_title(std::string_view text, std::string_view otherwise) {
  // What is not UTF-8 is replaced on the way through JSON.
  std::string title = Json::parse(json_text(Json(text))).get<std::string>();
  std::ranges::replace_if(title, [](char c) { return c >= 0 && c < ' '; }, ' ');
  if (title.size() > title_bytes_max) {
    std::size_t end = title_bytes_max;
    while (is_continuation(title[end])) --end;
    title.resize(end);
  }
  const bool is_blank = title.find_first_not_of(' ') == std::string::npos;
  return is_blank ? std::string(otherwise) : title;
}

}  // namespace stimmbuch::program
