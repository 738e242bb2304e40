#include "stimmbuch/adapters/http/server/target.hpp"

#include <algorithm>

#include "text.hpp"

namespace stimmbuch::http {

namespace {

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

bool is_text(std::string_view text) {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const auto length = text::utf8_sequence(text);
    if (length == 0 || c < 0x20 || c == 0x7f) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = text::hex_digit(text[i + 1]);
    const int low = text::hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

std::optional<std::string_view> decode_path(std::string_view raw, std::string& storage) {
  std::string_view path = raw;
  if (raw.find('%') != std::string_view::npos) {
    auto decoded = decode_percent(raw);
    if (!decoded || !is_text(*decoded)) return std::nullopt;
    if (std::ranges::count(*decoded, '/') != std::ranges::count(raw, '/')) return std::nullopt;
    storage = std::move(*decoded);
    path = storage;
  }
  if (has_dot_segment(path)) return std::nullopt;
  return path;
}

}  // namespace stimmbuch::http
