#include "stimmbuch/tools/import/pabulib_poll.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace stimmbuch::import {
namespace {

std::unexpected<std::string> unsupported(std::string_view what) {
  return std::unexpected(fmt::format("unsupported: {}", what));
}

// A bound of the form, which keeps to 32 bits.
std::int32_t narrowed(std::int64_t value) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, 0, most));
}

// How many points a ballot may spend in all and on one project.
std::expected<void, std::string> set_points(const PabulibHead& head, poll::BallotForm& form) {
  const BallotBounds& bounds = head.bounds;
  if (bounds.min_points.value_or(0) < 0) return unsupported("points below zero");
  if (head.default_score.value_or(0) != 0) return unsupported("default_score other than 0");
  if (head.vote_type == VoteType::scoring) {
    if (!bounds.max_points) return unsupported("scoring without max_points");
    form.points_per_option = narrowed(*bounds.max_points);
    form.points_total = narrowed(std::int64_t{form.points_per_option} * form.max);
    return {};
  }
  if (!bounds.max_sum_points) return unsupported("cumulative without max_sum_points");
  form.points_total = narrowed(*bounds.max_sum_points);
  form.points_per_option = std::min(narrowed(bounds.max_points.value_or(0)), form.points_total);
  return {};
}

std::expected<poll::BallotForm, std::string> form_for(const PabulibHead& head) {
  const auto projects = static_cast<std::int64_t>(head.projects.size());
  poll::BallotForm form;
  form.min = narrowed(std::max<std::int64_t>(head.bounds.min_length.value_or(1), 1));
  form.max = narrowed(head.bounds.max_length.value_or(projects));
  form.blank_allowed = head.bounds.min_length.value_or(0) <= 0;
  if (std::cmp_greater(form.max, poll::choices_max)) {
    return unsupported(fmt::format("more than {} projects on a ballot", poll::choices_max));
  }
  switch (head.vote_type) {
    case VoteType::choose_1:
      form.kind = poll::BallotKind::single;
      form.min = form.max = 1;
      return form;
    case VoteType::approval:
      form.kind = poll::BallotKind::approval;
      return form;
    case VoteType::ordinal: {
      const std::string_view scoring = head.text("scoring_fn");
      if (!scoring.empty() && scoring != "Borda") return unsupported(fmt::format("scoring_fn {}", scoring));
      form.kind = poll::BallotKind::ranked;
      return form;
    }
    case VoteType::cumulative:
    case VoteType::scoring:
      form.kind = poll::BallotKind::points;
      if (auto set = set_points(head, form); !set) return std::unexpected(set.error());
      return form;
  }
  std::unreachable();
}

// The engine's rule for the file's, as far as it spends a budget.
std::expected<poll::Rule, std::string> budget_rule(const PabulibHead& head) {
  poll::Rule rule;
  rule.budget = head.budget;
  const std::string_view name = head.text("rule");
  if (name == "greedy") {
    rule.kind = poll::RuleKind::greedy_skip;
  } else if (name == "greedy-no-skip") {
    rule.kind = poll::RuleKind::greedy_stop;
  } else if (name == "greedy-threshold") {
    if (!head.min_project_score_threshold) {
      return unsupported("greedy-threshold without min_project_score_threshold");
    }
    rule.threshold = std::max<std::int64_t>(*head.min_project_score_threshold, 0);
    rule.kind = rule.threshold > 0 ? poll::RuleKind::greedy_threshold : poll::RuleKind::greedy_skip;
  } else {
    return unsupported(name.empty() ? "no rule" : name);
  }
  return rule;
}

}  // namespace

std::expected<PabulibPoll, std::string> poll_for(const PabulibHead& head) {
  const auto form = form_for(head);
  if (!form) return std::unexpected(form.error());
  PabulibPoll poll{.form = *form, .rule = {}, .rule_unsupported = {}};

  const bool is_ranked = form->kind == poll::BallotKind::ranked;
  if (const auto rule = budget_rule(head)) {
    poll.rule = *rule;
  } else {
    poll.rule_unsupported = rule.error();
    const bool has_scores = is_ranked || form->kind == poll::BallotKind::points;
    poll.rule.kind = has_scores ? poll::RuleKind::points : poll::RuleKind::most_votes;
  }
  if (is_ranked) {
    // As the cities do it: of three ranks the first gives 3 points, the second 2, the last 1.
    for (std::int32_t points = form->max; points > 0; --points) poll.rule.rank_points.push_back(points);
  }
  return poll;
}

std::vector<OptionId> option_ids(const std::vector<PabulibProject>& projects) {
  std::unordered_set<std::string> taken;
  for (const PabulibProject& project : projects) {
    if (is_id(project.id)) taken.insert(project.id);
  }
  std::vector<OptionId> ids;
  std::unordered_map<std::string, std::size_t> last_number;  // of those that wanted the same id
  for (const PabulibProject& project : projects) {
    std::string id = project.id;
    if (!is_id(id)) {
      std::ranges::replace_if(id, [](char c) { return !is_id({&c, 1}); }, '-');
      id.resize(std::min(id.size(), id_size_max));
      const std::string wanted = id;
      std::size_t& number = last_number.try_emplace(wanted, 1).first->second;
      while (!taken.insert(id).second) {
        const std::string suffix = fmt::format("-{}", ++number);
        id = wanted.substr(0, id_size_max - suffix.size()) + suffix;
      }
    }
    ids.push_back(OptionId::parse(id).value());
  }
  return ids;
}

}  // namespace stimmbuch::import
