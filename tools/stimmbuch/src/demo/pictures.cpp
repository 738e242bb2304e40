#include "demo/pictures.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
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

std::vector<std::string> discussion_lines(const Json& contribution, const Json& replies, std::size_t width) {
  std::string head = fmt::format("({}): {}", text_of(contribution, "author"), text_of(contribution, "text"));
  if (contribution.contains("title")) head = fmt::format("{} {}", text_of(contribution, "title"), head);
  if (contribution.contains("passage"))
    head = fmt::format("“{}” {}", text_of(contribution.at("passage"), "quote"), head);
  std::vector<std::string> lines{std::move(head)};
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

void MapPicture::add(const Json& feature) {
  ++by_category_[feature.at("properties").value("category", "")];
  const Json& place = feature.at("geometry");
  if (place.is_null()) return;
  const Json& coordinates = place.at("coordinates");
  places_.emplace_back(coordinates.at(0).get<double>(), coordinates.at(1).get<double>());
}

void MapPicture::draw_places(std::vector<std::string>& lines, const Json& area) const {
  constexpr std::size_t columns = 44;  // of which each is half as wide as a row is high
  constexpr std::size_t rows = 14;
  constexpr std::array<std::string_view, 5> shades{"·", "░", "▒", "▓", "█"};
  double west = 180;
  double east = -180;
  double south = 90;
  double north = -90;
  for (const Json& corner : area.at("coordinates").at(0)) {
    west = std::min(west, corner.at(0).get<double>());
    east = std::max(east, corner.at(0).get<double>());
    south = std::min(south, corner.at(1).get<double>());
    north = std::max(north, corner.at(1).get<double>());
  }
  // The edges lie within the area, too.
  const auto cell = [](double part, std::size_t cells) {
    return std::min(static_cast<std::size_t>(part * static_cast<double>(cells)), cells - 1);
  };
  std::array<std::array<std::size_t, columns>, rows> counts{};
  std::size_t most = 1;
  for (const auto& [longitude, latitude] : places_) {
    auto& count = counts.at(cell((north - latitude) / (north - south), rows))
                      .at(cell((longitude - west) / (east - west), columns));
    most = std::max(most, ++count);
  }
  for (const auto& row : counts) {
    std::string& line = lines.emplace_back("  ");
    for (const std::size_t count : row) line += shades.at((count * (shades.size() - 1) + most - 1) / most);
  }
}

std::vector<std::string> MapPicture::lines(const Json& project, std::string_view language,
                                           std::size_t width) const {
  std::vector<Bar> bars;
  std::int64_t marks = 0;
  for (const Json& phase : project.value("phases", Json::array())) {
    for (const Json& category : phase.value("categories", Json::array())) {
      const auto found = by_category_.find(category.value("id", ""));
      const std::int64_t count = found == by_category_.end() ? 0 : found->second;
      bars.push_back({localized(category.at("title"), language), count});
      marks += count;
    }
  }
  std::vector<std::string> lines{fmt::format(
      "{}: {} marks, {} with a place", localized(project.at("title"), language), marks, places_.size())};
  if (!places_.empty()) draw_places(lines, project.at("area"));
  draw(lines, bars, width);
  return lines;
}

void DraftPicture::add(const Json& annotation) {
  const Json& passage = annotation.at("passage");
  const Json& later = annotation.at("later_versions");
  const std::string fate = later.empty() ? "made" : later.back().value("state", "");
  ++by_passage_[fmt::format("“{}”: {}", text_of(passage, "quote"), fate)];
}

std::vector<std::string> DraftPicture::lines(const Json& document, std::string_view language,
                                             std::size_t width) const {
  std::vector<std::string> lines{
      fmt::format("{}, version {}", localized(document.at("title"), language), document.value("version", 0))};
  for (const Json& paragraph : document.at("paragraphs")) {
    const auto numbered =
        fmt::format("{}. {}", paragraph.value("number", 0), localized(paragraph.at("text"), language));
    for (std::string& line : wrapped(numbered, width)) lines.push_back(std::move(line));
  }
  lines.emplace_back("Annotations that were carried to this version, lost in it, or made to it:");
  std::vector<Bar> bars;
  for (const auto& [passage, count] : by_passage_) bars.push_back({passage, count});
  std::ranges::sort(bars, std::greater{}, &Bar::value);
  draw(lines, bars, width);
  return lines;
}

}  // namespace stimmbuch::program
