#include "cli/tally_view.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/table.hpp"
#include "cli/terminal.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t longest_bar = 40;
constexpr std::size_t shortest_bar = 6;
constexpr std::size_t longest_title = 60;

struct Row {
  std::int64_t rank;
  std::string title;
  std::int64_t votes;
  std::int64_t score;
  bool selected;
};

std::vector<Row> rows_of(const Json& tally, std::string_view language) {
  std::vector<Row> rows;
  for (const Json& option : tally.value("options", Json::array())) {
    std::string title = localized(option.value("title", Json::object()), language);
    if (title.empty()) title = option.value("id", "");
    rows.push_back({option.value("rank", std::int64_t{0}), std::move(title),
                    option.value("votes", std::int64_t{0}), option.value("score", std::int64_t{0}),
                    option.value("selected", false)});
  }
  // What is not ranked, such as an abstention, comes last.
  std::ranges::stable_sort(rows, {}, [](const Row& row) { return row.rank > 0 ? row.rank : INT64_MAX; });
  return rows;
}

std::string heading(const Json& tally, std::string_view title) {
  std::string line = title.empty() ? tally.value("poll", "") : std::string(title);
  line +=
      fmt::format(": {}, {} ballots", tally.value("status", "?"), tally.value("ballots", std::int64_t{0}));
  if (tally.value("purpose", "") == "demo") line += " (demo ledger)";
  if (tally.value("imported", false)) line += " (imported)";
  if (tally.value("provisional", false)) line += " (provisional: records are missing from it)";
  return line;
}

}  // namespace

std::string localized(const Json& text, std::string_view language) {
  if (!text.is_object() || text.empty()) return {};
  for (const std::string_view wanted : std::array<std::string_view, 3>{language, "de", "en"}) {
    if (const auto found = text.find(wanted); found != text.end() && found->is_string())
      return found->get<std::string>();
  }
  return text.begin()->is_string() ? text.begin()->get<std::string>() : std::string();
}

std::string_view language_of_user() {
  for (const char* const variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("de") ? "de" : "en";
  }
  return "en";
}

std::vector<std::string> tally_lines(const Json& tally, std::string_view title, std::string_view language,
                                     std::size_t width) {
  const auto rows = rows_of(tally, language);
  const bool scored = std::ranges::any_of(rows, [](const Row& row) { return row.score != row.votes; });
  std::int64_t most = 0;
  std::size_t title_width = 0;
  for (const Row& row : rows) {
    most = std::max(most, scored ? row.score : row.votes);
    title_width = std::max(title_width, display_width(row.title));
  }
  title_width = std::min({title_width, longest_title, std::max<std::size_t>(width / 2, 10)});
  // Rank, mark, votes and score with the gaps around them.
  const std::size_t others = scored ? 34 : 24;
  const std::size_t left = width > title_width + others ? width - title_width - others : 0;
  const std::size_t bar_width = std::clamp(left, shortest_bar, longest_bar);

  std::vector<Table::Column> columns{
      {"", Table::Align::right}, {"", Table::Align::left}, {"", Table::Align::left}};
  columns.push_back({"votes", Table::Align::right});
  if (scored) columns.push_back({"score", Table::Align::right});
  columns.push_back({"", Table::Align::left});
  Table table(std::move(columns));
  for (const Row& row : rows) {
    std::vector<std::string> cells{
        row.rank > 0 ? std::to_string(row.rank) : "-", fitted(row.title, title_width),
        bar(scored ? row.score : row.votes, most, bar_width), std::to_string(row.votes)};
    if (scored) cells.push_back(std::to_string(row.score));
    cells.emplace_back(row.selected ? "✓" : "");
    table.add(std::move(cells));
  }
  std::vector<std::string> lines{heading(tally, title)};
  for (auto& line : table.lines(width)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace stimmbuch::program
