#include "demo/pictures.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/table.hpp"
#include "cli/tally_view.hpp"
#include "cli/terminal.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t longest_bar = 30;
constexpr std::size_t widest_label = 40;
// Of the comments in a discussion.
constexpr std::size_t most_said = 5;
constexpr std::size_t most_taken_away = 2;

struct Bar {
  std::string label;
  std::int64_t value;
};

void draw(std::vector<std::string>& lines, const std::vector<Bar>& bars, std::size_t width) {
  if (bars.empty()) return;
  std::int64_t most = 0;
  for (const Bar& one : bars) most = std::max(most, one.value);
  Table table({{"", Table::Align::left}, {"", Table::Align::left}, {"", Table::Align::right}});
  const std::size_t label = std::min(widest_label, width / 2);
  for (const Bar& one : bars)
    table.add({fitted(one.label, label), bar(one.value, most, longest_bar), std::to_string(one.value)});
  auto rows = table.lines(width);
  // The columns have no titles.
  lines.insert(lines.end(), std::make_move_iterator(rows.begin() + 1), std::make_move_iterator(rows.end()));
}

std::string text_of(const Json& document, std::string_view member) {
  const auto found = document.find(member);
  return found != document.end() && found->is_string() ? found->get<std::string>() : std::string("…");
}

std::string title_of(const Json& items, std::string_view id, std::string_view language) {
  for (const Json& item : items) {
    if (item.value("id", "") == id) return localized(item.at("title"), language);
  }
  return std::string(id);
}

std::string comment_line(const Json& comment) {
  if (const auto hidings = comment.find("hidings"); hidings != comment.end() && !hidings->empty()) {
    const Json& last = hidings->back();
    return fmt::format("  – [{} by a moderator: {}]", last.value("manner", ""), last.value("reason", ""));
  }
  if (comment.value("state", "") != "shown") return "  – [removed by its author]";
  const Json ratings = comment.value("ratings", Json::object());
  return fmt::format("  – {}: {} (+{} −{})", text_of(comment, "author"), text_of(comment, "text"),
                     ratings.value("up", 0), ratings.value("down", 0));
}

}  // namespace

std::vector<std::string> project_lines(const Json& project, std::string_view language) {
  std::vector<std::string> lines{fmt::format("{}: {}", localized(project.at("title"), language),
                                             localized(project.value("summary", Json::object()), language))};
  for (const Json& phase : project.value("phases", Json::array())) {
    std::vector<std::string> features;
    for (const Json& feature : phase.value("features", Json::array()))
      features.push_back(feature.get<std::string>());
    std::string ended;
    for (const Json& change : project.value("changes", Json::array())) {
      if (change.value("phase", "") == phase.value("id", ""))
        ended = fmt::format(", {}: {}", change.value("change", ""), change.value("reason", ""));
    }
    lines.push_back(
        fmt::format("  {} ({}){}", localized(phase.at("title"), language), fmt::join(features, ", "), ended));
  }
  return lines;
}

std::vector<std::string> proposal_lines(const Json& proposals, std::size_t width) {
  std::vector<std::string> lines;
  std::vector<Bar> bars;
  for (const Json& proposal : proposals.value("items", Json::array()))
    bars.push_back({text_of(proposal, "title"), proposal.value("supports", std::int64_t{0})});
  draw(lines, bars, width);
  return lines;
}

std::vector<std::string> discussion_lines(const Json& proposal, const Json& replies, std::size_t width) {
  std::vector<std::string> lines{fmt::format("{} ({}): {}", text_of(proposal, "title"),
                                             text_of(proposal, "author"), text_of(proposal, "text"))};
  std::size_t said = 0;
  std::size_t taken_away = 0;
  for (const Json& comment : replies.value("items", Json::array())) {
    const bool shown = comment.value("state", "") == "shown";
    if ((shown ? said++ : taken_away++) < (shown ? most_said : most_taken_away))
      lines.push_back(comment_line(comment));
  }
  for (std::string& line : lines) line = wrapped(line, width).front();
  return lines;
}

std::vector<std::string> survey_lines(const Json& survey, const Json& results, std::string_view language,
                                      std::size_t width) {
  std::vector<std::string> lines{fmt::format("{}: {} answered", localized(survey.at("title"), language),
                                             results.value("respondents", std::int64_t{0}))};
  const Json& questions = survey.at("questions");
  for (const Json& result : results.value("questions", Json::array())) {
    const auto id = result.value("id", "");
    const auto question =
        std::ranges::find_if(questions, [&](const Json& one) { return one.value("id", "") == id; });
    if (question == questions.end()) continue;
    if (result.value("kind", "") == "point") continue;  // a map would show them
    std::string line = localized(question->at("title"), language);
    if (result.contains("average")) line += fmt::format(" (average {})", result.value("average", ""));
    if (result.value("too_few", false)) line += " (too few answered)";
    lines.push_back(std::move(line));
    for (const Json& text : result.value("texts", Json::array()))
      lines.push_back(fmt::format("“{}”", text.is_string() ? text.get<std::string>() : "…"));
    std::vector<Bar> bars;
    for (const Json& option : result.value("options", Json::array()))
      bars.push_back({title_of(question->value("options", Json::array()), option.value("id", ""), language),
                      option.value("count", std::int64_t{0})});
    for (const Json& value : result.value("values", Json::array()))
      bars.push_back({value.at("value").dump(), value.value("count", std::int64_t{0})});
    draw(lines, bars, width);
  }
  return lines;
}

std::vector<std::string> milestone_lines(const Json& project, std::string_view language) {
  std::vector<std::string> lines;
  for (const Json& milestone : project.value("milestones", Json::array())) {
    std::vector<std::string> reports;
    for (const Json& report : milestone.value("reports", Json::array()))
      reports.push_back(fmt::format("{} {}", report.value("status", ""), report.value("on", "")));
    lines.push_back(
        fmt::format("  {}: {}", localized(milestone.at("title"), language), fmt::join(reports, ", ")));
  }
  return lines;
}

}  // namespace stimmbuch::program
