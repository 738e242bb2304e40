#include "import/import_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t hash_digits_in_id = 8;
constexpr std::size_t hash_digits_in_key = 32;

}  // namespace

std::string imported_id(std::string_view name, std::string_view content_hash, std::size_t bytes_max) {
  std::string id(name.substr(0, bytes_max - hash_digits_in_id - 1));
  std::ranges::replace_if(id, [](char c) { return !is_id({&c, 1}); }, '-');
  return fmt::format("{}-{}", id, content_hash.substr(0, hash_digits_in_id));
}

std::string import_key(std::string_view content_hash, std::string_view step) {
  return fmt::format("{}:{}", content_hash.substr(0, hash_digits_in_key), step);
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  while (bytes_max > 0 && continues(text[bytes_max])) --bytes_max;
  return std::string(text.substr(0, bytes_max));
}

}  // namespace stimmbuch::program
