#include "poll_terms.hpp"

#include <string>
#include <unordered_set>

#include "zones.hpp"

namespace stimmbuch::poll {

namespace {

using Checked = std::expected<void, Rejection>;

// All options of a poll stand in the records of one command, when it opens.
constexpr std::size_t options_bytes_max = 900'000;
constexpr std::int32_t points_max = 1'000'000;
// Amounts and numbers stay far inside the integers that every JSON reader keeps exact.
constexpr std::int64_t number_max = 1'000'000'000'000'000;
constexpr Money money_max = number_max;
constexpr std::int32_t live_step_max = 1'000'000;

// A member that is used has a value from 1 to `most`; else it has none.
bool is_used(bool used, std::int64_t value, std::int64_t most) {
  return used ? value >= 1 && value <= most : value == 0;
}

Checked check_form(const BallotForm& form) {
  if (form.min < 1 || form.max < form.min || form.max > static_cast<std::int32_t>(choices_max))
    return refused(Refusal::invalid, "/min");
  if (form.kind == BallotKind::single && (form.min != 1 || form.max != 1))
    return refused(Refusal::invalid, "/max");
  const bool points = form.kind == BallotKind::points;
  if (!is_used(points, form.points_total, points_max)) {
    return refused(Refusal::invalid, "/points_total");
  }
  if (form.points_per_option < 0 || form.points_per_option > form.points_total) {
    return refused(Refusal::invalid, "/points_per_option");
  }
  return {};
}

bool counts_scores(const Terms& terms) {
  return terms.form.kind == BallotKind::points || terms.form.kind == BallotKind::ranked;
}

Checked check_rank_points(const Terms& terms) {
  const auto& points = terms.rule.rank_points;
  if (terms.form.kind != BallotKind::ranked) {
    if (!points.empty()) return refused(Refusal::invalid, "/rule/rank_points");
    return {};
  }
  if (points.size() != static_cast<std::size_t>(terms.form.max))
    return refused(Refusal::invalid, "/rule/rank_points");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool falling = i == 0 || points[i] <= points[i - 1];
    if (points[i] < 0 || points[i] > points_max || !falling)
      return refused(Refusal::invalid, "/rule/rank_points");
  }
  return {};
}

Checked check_rule(const Terms& terms) {
  const Rule& rule = terms.rule;
  const bool greedy = spends_budget(rule.kind);
  if (rule.kind == RuleKind::most_votes && counts_scores(terms))
    return refused(Refusal::invalid, "/rule/kind");
  if (rule.kind == RuleKind::points && !counts_scores(terms)) return refused(Refusal::invalid, "/rule/kind");
  const std::int32_t winners_max = greedy ? 1 : static_cast<std::int32_t>(options_max);
  if (rule.winners < 1 || rule.winners > winners_max) return refused(Refusal::invalid, "/rule/winners");
  const bool budgeted = greedy || terms.form.kind == BallotKind::budget;
  if (!is_used(budgeted, rule.budget, money_max)) return refused(Refusal::invalid, "/rule/budget");
  const bool threshold = rule.kind == RuleKind::greedy_threshold;
  if (!is_used(threshold, rule.threshold, number_max)) return refused(Refusal::invalid, "/rule/threshold");
  if (rule.quorum < 0 || rule.quorum > number_max) return refused(Refusal::invalid, "/rule/quorum");
  return check_rank_points(terms);
}

Checked check_times(const Terms& terms, Time now) {
  if (terms.grid_s < grid_s_min || terms.grid_s > grid_s_max) return refused(Refusal::invalid, "/grid_s");
  if (terms.opens && !is_on_grid(*terms.opens, terms.grid_s)) return refused(Refusal::invalid, "/opens");
  if (terms.closes && !is_on_grid(*terms.closes, terms.grid_s)) return refused(Refusal::invalid, "/closes");
  if (terms.opens && terms.closes && *terms.opens >= *terms.closes)
    return refused(Refusal::invalid, "/closes");
  if (terms.closes && *terms.closes <= now) return refused(Refusal::closing_time_passed, "/closes");
  if (terms.objection_days < 0 || terms.objection_days > objection_days_max) {
    return refused(Refusal::invalid, "/objection_days");
  }
  if (terms.live_step < 1 || terms.live_step > live_step_max) return refused(Refusal::invalid, "/live_step");
  return {};
}

bool is_currency(std::string_view code) {
  return code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool needs_costs(const Terms& terms) {
  return spends_budget(terms.rule.kind) || terms.form.kind == BallotKind::budget;
}

Checked check_option(const Terms& terms, const Option& option, const std::string& where) {
  if (!is_localized(option.title, title_bytes_max)) return refused(Refusal::invalid, where + "/title");
  if (!is_description(option.texts)) return refused(Refusal::invalid, where + "/description");
  if (!are_languages_of({&option.title}, option.machine_translated, option.texts))
    return refused(Refusal::invalid, where + "/machine_translated");
  if (needs_costs(terms) && !option.cost) return refused(Refusal::invalid, where + "/cost");
  if (option.cost && (*option.cost < 0 || *option.cost > money_max))
    return refused(Refusal::invalid, where + "/cost");
  return {};
}

}  // namespace

std::size_t written_bytes_max(const Option& option) {
  // {"id":"…","title":…,"texts":{"description/de":"…", …},"cost":…,"counts":false},
  // "origin":{"proposal":"…","version":…,"text":"…"}, "machine_translated":["de", …]
  const std::size_t origin = option.origin ? 170 : 0;
  const auto languages = option.machine_translated.size();
  const std::size_t translated = languages == 0 ? 0 : 24 + 5 * languages;
  return 180 + origin + translated + 70 * option.texts.size() + stimmbuch::written_bytes_max(option.title);
}

Checked check_terms(const Terms& terms, const ledger::State& ledger, Time now) {
  if (!is_localized(terms.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (!is_description(terms.texts)) return refused(Refusal::invalid, "/description");
  if (!are_languages_of({&terms.title}, terms.machine_translated, terms.texts))
    return refused(Refusal::invalid, "/machine_translated");
  if (!terms.currency.empty() && !is_currency(terms.currency)) return refused(Refusal::invalid, "/currency");
  if (!is_zone(terms.zone)) return refused(Refusal::invalid, "/zone");
  // Who imports a poll knows its ballots already.
  if (terms.imported && terms.results == Results::after_close) return refused(Refusal::invalid, "/results");
  if (auto checked = check_form(terms.form); !checked) return checked;
  if (auto checked = check_rule(terms); !checked) return checked;
  if (terms.imported && !terms.electorate.is_everybody()) return refused(Refusal::invalid, "/electorate");
  if (auto checked = check_electorate(terms.electorate, ledger, "/electorate"); !checked) return checked;
  return check_times(terms, now);
}

Checked check_options(const Terms& terms, const std::vector<Option>& present,
                      const std::vector<Option>& added) {
  if (present.size() + added.size() > options_max) return refused(Refusal::invalid, "/options");
  std::unordered_set<OptionId> ids;
  std::size_t bytes = 0;
  for (const Option& option : present) {
    ids.insert(option.id);
    bytes += written_bytes_max(option);
  }
  for (std::size_t i = 0; i < added.size(); ++i) {
    const auto where = "/options/" + std::to_string(i);
    if (auto checked = check_option(terms, added[i], where); !checked) return checked;
    if (!ids.insert(added[i].id).second) return refused(Refusal::option_exists, where + "/id");
    bytes += written_bytes_max(added[i]);
    if (bytes > options_bytes_max) return refused(Refusal::invalid, where);
  }
  return {};
}

}  // namespace stimmbuch::poll
