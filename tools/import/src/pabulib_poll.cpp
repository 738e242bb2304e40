#include "stimmbuch/tools/import/pabulib_poll.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

namespace stimmbuch::import {
namespace {

constexpr std::size_t max_option_id_bytes = 64;

bool is_option_id_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_option_id(std::string_view id) {
  return !id.empty() && id.size() <= max_option_id_bytes && std::ranges::all_of(id, is_option_id_byte);
}

std::string with_option_id_bytes(std::string_view id) {
  std::string result(id.substr(0, max_option_id_bytes));
  std::ranges::replace_if(result, [](char c) { return !is_option_id_byte(c); }, '-');
  return result;
}

std::unexpected<std::string> unsupported(std::string_view what) {
  return std::unexpected(fmt::format("unsupported: {}", what));
}

}  // namespace

std::expected<BudgetCount, std::string> budget_count(const PabulibHead& head) {
  const std::string_view rule = head.text("rule");
  if (rule == "greedy") return BudgetCount{.rule = BudgetRule::skip};
  if (rule == "greedy-no-skip") return BudgetCount{.rule = BudgetRule::stop};
  if (rule == "greedy-threshold") {
    if (!head.min_project_score_threshold) {
      return unsupported("greedy-threshold without min_project_score_threshold");
    }
    return BudgetCount{.rule = BudgetRule::threshold, .threshold = *head.min_project_score_threshold};
  }
  return unsupported(rule.empty() ? "no rule" : rule);
}

std::expected<BallotForm, std::string> ballot_form(const PabulibHead& head) {
  BallotForm form{.bounds = head.bounds};
  switch (head.vote_type) {
    case VoteType::choose_1:
      form.kind = BallotKind::single;
      form.bounds.max_length = 1;
      break;
    case VoteType::approval:
      form.kind = BallotKind::approval;
      break;
    case VoteType::ordinal: {
      const std::string_view scoring = head.text("scoring_fn");
      if (!scoring.empty() && scoring != "Borda") return unsupported(fmt::format("scoring_fn {}", scoring));
      form.kind = BallotKind::ranked;
      form.first_rank_points =
          head.bounds.max_length.value_or(static_cast<std::int64_t>(head.projects.size()));
      break;
    }
    case VoteType::cumulative:
      form.kind = BallotKind::points;
      break;
    case VoteType::scoring:
      if (head.default_score.value_or(0) != 0) return unsupported("default_score other than 0");
      form.kind = BallotKind::points;
      break;
  }
  return form;
}

std::vector<std::string> option_ids(const std::vector<PabulibProject>& projects) {
  std::unordered_set<std::string> taken;
  for (const PabulibProject& project : projects) {
    if (is_option_id(project.id)) taken.insert(project.id);
  }
  std::vector<std::string> ids;
  std::unordered_map<std::string, std::size_t> last_number;  // of those that wanted the same id
  for (const PabulibProject& project : projects) {
    if (is_option_id(project.id)) {
      ids.push_back(project.id);
      continue;
    }
    const std::string wanted = with_option_id_bytes(project.id);
    std::size_t& number = last_number.try_emplace(wanted, 1).first->second;
    std::string id = wanted;
    while (!taken.insert(id).second) {
      const std::string suffix = fmt::format("-{}", ++number);
      id = wanted.substr(0, max_option_id_bytes - suffix.size()) + suffix;
    }
    ids.push_back(id);
  }
  return ids;
}

}  // namespace stimmbuch::import
