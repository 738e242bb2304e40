#include "cli/terminal.hpp"

#include <charconv>
#include <clocale>
#include <cstdlib>
#include <cwchar>

#include <sys/ioctl.h>
#include <wchar.h>

namespace stimmbuch::program {

namespace {

constexpr std::size_t width_without_terminal = 80;
constexpr std::string_view ellipsis = "…";

// Reads UTF-8 and knows the widths of characters whatever the environment's locale says.
class CharacterLocale {
 public:
  CharacterLocale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  ~CharacterLocale() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }
  CharacterLocale(const CharacterLocale&) = delete;
  CharacterLocale& operator=(const CharacterLocale&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

struct Character {
  std::size_t bytes;
  std::size_t columns;
};

// The first character of a text that is not empty. A byte that begins none counts as one column.
Character first_character(std::string_view text) {
  std::mbstate_t state{};
  wchar_t character = 0;
  const std::size_t bytes = std::mbrtowc(&character, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {1, 1};
  const int columns = wcwidth(character);
  return {bytes, columns < 0 ? 0 : static_cast<std::size_t>(columns)};
}

}  // namespace

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* const chosen = std::getenv("COLUMNS");
  const std::string_view text = chosen != nullptr ? chosen : "";
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc() && columns > 0 ? columns : width_without_terminal;
}

std::size_t display_width(std::string_view text) {
  const CharacterLocale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t needed = display_width(text);
  if (needed <= width) return std::string(text) + std::string(width - needed, ' ');
  if (width == 0) return {};
  const CharacterLocale locale;
  std::string cut;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (columns + character.columns > width - 1) break;
    cut += text.substr(0, character.bytes);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  cut += ellipsis;
  return cut + std::string(width - 1 - columns, ' ');
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return lines;
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t columns = display_width(word);
    if (lines.empty() || used + 1 + columns > width) {
      lines.emplace_back(word);
      used = columns;
    } else {
      lines.back().append(" ").append(word);
      used += 1 + columns;
    }
  }
}

}  // namespace stimmbuch::program
