#include "export/ballot_file.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::program {

namespace {

constexpr Money cents = 100;

std::string money(Money amount) {
  return fmt::format("{}.{:02}", amount / cents, amount % cents);
}

// As pabulib.org writes a day.
std::string day(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:02}.{:02}.{}", static_cast<unsigned>(date.day()), static_cast<unsigned>(date.month()),
                     static_cast<int>(date.year()));
}

bool has_points(poll::BallotKind kind) {
  return kind == poll::BallotKind::points;
}

std::string vote_type(poll::BallotKind kind) {
  if (kind == poll::BallotKind::single) return "choose-1";
  return has_points(kind) ? "cumulative" : "approval";
}

// Nothing for rules that are not about budgets: there is no word for them.
std::string rule_name(poll::RuleKind kind) {
  switch (kind) {
    case poll::RuleKind::greedy_skip:
      return "greedy";
    case poll::RuleKind::greedy_stop:
      return "greedy-no-skip";
    case poll::RuleKind::greedy_threshold:
      return "greedy-threshold";
    case poll::RuleKind::most_votes:
    case poll::RuleKind::points:
      break;
  }
  return {};
}

class PabulibFile {
 public:
  PabulibFile(const poll::State& poll, const poll::Figures& figures) : poll_(poll), figures_(figures) {}

  std::string with(const BallotFileDates& dates, const std::vector<std::string>& lines) && {
    write_meta(dates);
    write_projects();
    const bool points = has_points(poll_.terms->form.kind);
    row("VOTES");
    row(points ? "voter_id;vote;points" : "voter_id;vote");
    for (std::size_t i = 0; i < lines.size(); ++i) row(fmt::format("{};{}", i + 1, lines[i]));
    return std::move(text_);
  }

 private:
  void row(std::string_view line) { text_.append(line).push_back('\n'); }
  void meta(std::string_view key, std::string_view value) {
    row(fmt::format("{};{}", key, csv_field(value, ';')));
  }

  void write_meta(const BallotFileDates& dates) {
    const auto& terms = *poll_.terms;
    const auto& [language, title] = shown_text(terms.title);
    row("META");
    row("key;value");
    meta("description", title);
    meta("num_projects", std::to_string(poll_.options.size()));
    meta("num_votes", std::to_string(figures_.standing()));
    meta("budget", money(terms.rule.budget));
    meta("vote_type", vote_type(terms.form.kind));
    if (const auto rule = rule_name(terms.rule.kind); !rule.empty()) meta("rule", rule);
    if (terms.rule.kind == poll::RuleKind::greedy_threshold)
      meta("min_project_score_threshold", std::to_string(terms.rule.threshold));
    meta("min_length", std::to_string(terms.form.blank_allowed ? 0 : terms.form.min));
    meta("max_length", std::to_string(terms.form.max));
    if (has_points(terms.form.kind)) {
      meta("max_sum_points", std::to_string(terms.form.points_total));
      if (terms.form.points_per_option > 0) meta("max_points", std::to_string(terms.form.points_per_option));
    }
    if (!terms.imported) {  // else these are the days of the import
      meta("date_begin", day(dates.opened));
      meta("date_end", day(dates.closed));
    }
    meta("language", language);
    if (!terms.currency.empty()) meta("currency", terms.currency);
  }

  void write_projects() {
    row("PROJECTS");
    row("project_id;cost;votes;score;name;selected");
    for (std::size_t i = 0; i < poll_.options.size(); ++i) {
      const auto& option = poll_.options[i];
      const auto& counted = poll_.result->options.at(i);
      row(fmt::format("{};{};{};{};{};{}", option.id.text(), money(option.cost.value_or(0)), counted.votes,
                      counted.score, csv_field(shown_text(option.title).second, ';'),
                      counted.outcome == poll::Outcome::selected ? 1 : 0));
    }
  }

  const poll::State& poll_;
  const poll::Figures& figures_;
  std::string text_;
};

// BLT has no way to write a quotation mark.
std::string quoted(std::string text) {
  std::ranges::replace(text, '"', '\'');
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return '"' + text + '"';
}

std::string blt_file(const poll::State& poll, const std::vector<std::string>& lines) {
  std::string text = fmt::format("{} {}\n", poll.options.size(), poll.terms->rule.winners);
  for (const auto& option : poll.withdrawn) text += fmt::format("-{}\n", poll.index(option).value() + 1);
  for (const auto& line : lines) text += line + "\n";
  text += "0\n";
  for (const auto& option : poll.options) text += quoted(shown_text(option.title).second) + "\n";
  return text + quoted(shown_text(poll.terms->title).second) + "\n";
}

}  // namespace

std::string ballot_file_name(poll::BallotKind kind) {
  return kind == poll::BallotKind::ranked ? "ballots.blt" : "ballots.pb";
}

std::string ballot_line(const poll::State& poll, const ballot::Choices& choices) {
  const auto kind = poll.terms->form.kind;
  if (kind == poll::BallotKind::ranked) {
    std::string line = "1";
    for (const auto& choice : choices) line += fmt::format(" {}", poll.index(choice.option).value() + 1);
    return line + " 0";
  }
  std::string options;
  std::string points;
  for (const auto& choice : choices) {
    const std::string_view comma = options.empty() ? "" : ",";
    options.append(comma).append(choice.option.text());
    points.append(comma).append(std::to_string(choice.points));
  }
  return has_points(kind) ? options + ";" + points : options;
}

std::string ballot_file(const poll::State& poll, const poll::Figures& figures, const BallotFileDates& dates,
                        const std::vector<std::string>& lines) {
  if (poll.terms->form.kind == poll::BallotKind::ranked) return blt_file(poll, lines);
  return PabulibFile(poll, figures).with(dates, lines);
}

std::string csv_field(std::string_view text, char separator) {
  if (text.find_first_of(std::string{separator, '"', '\n', '\r'}) == std::string_view::npos)
    return std::string(text);
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

const LocalizedText::value_type& shown_text(const LocalizedText& text) {
  const auto german = text.find("de");
  return german != text.end() ? *german : *text.begin();
}

}  // namespace stimmbuch::program
