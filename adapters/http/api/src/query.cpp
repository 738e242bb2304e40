#include "query.hpp"

#include <algorithm>
#include <charconv>

namespace stimmbuch::http::api {

namespace {

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      plain.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      plain.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return plain;
}

}  // namespace

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      return decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    }
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> query_number(std::string_view query, std::string_view name,
                                          std::uint64_t fallback) {
  const auto text = query_parameter(query, name);
  if (!text) return fallback;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> query_limit(std::string_view query, std::uint64_t fallback, std::uint64_t most) {
  const auto limit = query_number(query, "limit", fallback);
  if (!limit || *limit == 0) return std::nullopt;
  return std::min(*limit, most);
}

std::optional<Position> parse_position(std::string_view text) {
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Position{position};
}

}  // namespace stimmbuch::http::api
