#include "cli/table.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "cli/terminal.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::size_t narrowest = 8;

std::string aligned(const std::string& text, std::size_t width, Table::Align align) {
  const std::size_t needed = display_width(text);
  if (align == Table::Align::right && needed < width) return std::string(width - needed, ' ') + text;
  return fitted(text, width);
}

}  // namespace

std::vector<std::string> Table::lines(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = display_width(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[i]));
    widths.push_back(widest);
  }
  const std::size_t needed =
      std::accumulate(widths.begin(), widths.end(), gap.size() * (columns_.size() - 1));
  if (needed > width) {
    std::size_t& widest = *std::ranges::max_element(widths);
    widest = std::max(narrowest, widest - std::min(widest, needed - width));
  }
  std::vector<std::string> lines;
  const auto add_line = [&](auto&& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += gap;
      line += aligned(cell(i), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  };
  add_line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) {
    add_line([&](std::size_t i) -> const std::string& { return row[i]; });
  }
  return lines;
}

std::string bar(std::int64_t value, std::int64_t most, std::size_t width) {
  constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (most <= 0 || value <= 0) return std::string(width, ' ');
  const auto eighths = static_cast<std::size_t>(static_cast<double>(std::min(value, most)) * 8.0 *
                                                static_cast<double>(width) / static_cast<double>(most));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += parts[eighths % 8];
  return fitted(text, width);
}

}  // namespace stimmbuch::program
