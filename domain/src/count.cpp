#include "stimmbuch/domain/count.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/tally.hpp"

namespace stimmbuch::poll {

namespace {

struct Candidate {
  std::size_t index;  // in the order of declaration
  std::int64_t score;
  Money cost;
};

// Candidates of equal score, a part of the ranking.
using Group = std::span<Candidate>;

// One count: the candidates are ranked by score and served group by group, from the best downwards, until
// places or money run out.
class Counting {
 public:
  Counting(const State& poll, const Tally& tally)
      : poll_(poll),
        rule_(poll.terms->rule),
        options_(poll.options),
        tally_(tally),
        lot_(poll.lot),
        places_(rule_.winners),
        left_(rule_.budget) {}

  Count run();

 private:
  void collect();
  void rank();
  void select_winners(Group group);
  void select_affordable(Group group);
  // Why nothing of the group can be selected, whatever is left.
  std::optional<Outcome> ruled_out(Group group) const;
  // Puts a decisive group into the order in which it is served; false if nobody may order it.
  bool order(Group group);
  void record_tie(Group group, bool decisive, TieBreak broken_by);
  void leave_unresolved(Group group);
  void mark(const Candidate& candidate, Outcome outcome) {
    count_.options[candidate.index].outcome = outcome;
  }
  bool is_decisive(Group group) const;

  const State& poll_;
  const Rule& rule_;
  const std::vector<Option>& options_;
  const Tally& tally_;
  const std::vector<OptionId>& lot_;
  std::vector<Candidate> candidates_;
  Count count_;
  std::int64_t places_;  // most_votes, points: not yet given
  Money left_;           // greedy rules: not yet spent
  bool ended_ = false;   // greedy_stop: something did not fit
  bool decided_ = true;  // greedy rules: no unresolved tie so far
};

void Counting::collect() {
  for (std::size_t i = 0; i < options_.size(); ++i) {
    const Option& option = options_[i];
    const OptionTally& tally = tally_.options[i];
    count_.options.push_back({option.id, tally.votes, tally.score, 0, Outcome::not_enough});
    if (poll_.is_withdrawn(option.id)) {
      count_.options[i].outcome = Outcome::withdrawn;
    } else if (!option.counts) {
      count_.options[i].outcome = Outcome::not_counted;
    } else {
      candidates_.push_back({i, tally.score, option.cost.value_or(0)});
    }
  }
}

void Counting::rank() {
  std::ranges::stable_sort(candidates_, std::ranges::greater{}, &Candidate::score);
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (i == 0 || candidates_[i].score != candidates_[i - 1].score) rank = static_cast<std::uint32_t>(i + 1);
    count_.options[candidates_[i].index].rank = rank;
  }
}

bool Counting::is_decisive(Group group) const {
  if (group.size() < 2) return false;
  if (!spends_budget(rule_.kind)) return places_ > 0 && std::ssize(group) > places_;
  if (ended_) return false;
  const bool stops = rule_.kind == RuleKind::greedy_stop;
  Money sum = 0;
  std::size_t fitting = 0;
  for (const Candidate& candidate : group) {
    if (candidate.cost > left_) continue;
    sum += candidate.cost;
    ++fitting;
  }
  if (fitting == 0) return false;
  const bool all_that_fit_fit_together = sum <= left_;
  return !(all_that_fit_fit_together && (!stops || fitting == group.size()));
}

void Counting::record_tie(Group group, bool decisive, TieBreak broken_by) {
  if (group.size() < 2) return;
  count_.ties.push_back({count_.options[group.front().index].rank, static_cast<std::uint32_t>(group.size()),
                         decisive, broken_by});
}

bool Counting::order(Group group) {
  if (!is_decisive(group)) {
    record_tie(group, false, TieBreak::declared_order);
    return true;
  }
  if (rule_.ties == TiePolicy::declared_order) {
    record_tie(group, true, TieBreak::declared_order);
    return true;
  }
  const auto drawn = [&](const Candidate& candidate) {
    return std::ranges::find(lot_, options_[candidate.index].id) - lot_.begin();
  };
  const bool all_drawn = std::ranges::all_of(
      group, [&](const Candidate& candidate) { return drawn(candidate) < std::ssize(lot_); });
  if (rule_.ties != TiePolicy::lot || !all_drawn) return false;
  std::ranges::stable_sort(group, std::ranges::less{}, drawn);
  record_tie(group, true, TieBreak::lot);
  return true;
}

void Counting::leave_unresolved(Group group) {
  record_tie(group, true, TieBreak::unresolved);
  for (const Candidate& candidate : group) mark(candidate, Outcome::tie_unresolved);
}

void Counting::select_winners(Group group) {
  if (!order(group)) {
    leave_unresolved(group);
    places_ = 0;
    return;
  }
  for (const Candidate& candidate : group) {
    if (places_ == 0) break;
    mark(candidate, Outcome::selected);
    --places_;
  }
}

void Counting::select_affordable(Group group) {
  if (!order(group)) {
    leave_unresolved(group);
    decided_ = false;
    return;
  }
  for (const Candidate& candidate : group) {
    if (ended_) {
      mark(candidate, Outcome::after_stop);
    } else if (candidate.cost <= left_) {
      mark(candidate, Outcome::selected);
      left_ -= candidate.cost;
    } else {
      mark(candidate, Outcome::does_not_fit);
      ended_ = rule_.kind == RuleKind::greedy_stop;
    }
  }
}

std::optional<Outcome> Counting::ruled_out(Group group) const {
  const auto score = group.front().score;
  if (!count_.quorum_reached) return Outcome::no_quorum;
  if (score <= 0) return Outcome::no_votes;
  if (rule_.kind == RuleKind::greedy_threshold && score < rule_.threshold) return Outcome::below_threshold;
  // Behind an unresolved tie nobody can say what is left.
  if (!decided_) return Outcome::tie_unresolved;
  return std::nullopt;
}

Count Counting::run() {
  collect();
  rank();
  count_.quorum_reached = tally_.figures.counted() >= rule_.quorum;
  for (std::size_t begin = 0; begin < candidates_.size();) {
    std::size_t end = begin + 1;
    while (end < candidates_.size() && candidates_[end].score == candidates_[begin].score) ++end;
    const Group group{candidates_.data() + begin, end - begin};
    begin = end;
    if (const auto outcome = ruled_out(group)) {
      record_tie(group, false, TieBreak::declared_order);
      for (const Candidate& candidate : group) mark(candidate, *outcome);
    } else if (spends_budget(rule_.kind)) {
      select_affordable(group);
    } else {
      select_winners(group);
    }
  }
  return std::move(count_);
}

}  // namespace

bool Count::unresolved() const {
  return std::ranges::any_of(ties, [](const Tie& tie) { return tie.broken_by == TieBreak::unresolved; });
}

Count count(const State& poll, const Tally& tally) {
  return Counting(poll, tally).run();
}

}  // namespace stimmbuch::poll
