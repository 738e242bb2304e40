#include "stimmbuch/domain/count.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "stimmbuch/domain/tally.hpp"
#include "support/builders.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using poll::Outcome;
using poll::RuleKind;
using poll::TieBreak;
using poll::TiePolicy;

using Order = std::vector<std::size_t>;  // indices of options

// A second, slow opinion on counting: it walks along one total order of options, and finds out whether a tie
// decides by trying every order of it.
class Reference {
 public:
  Reference(const poll::State& poll, const poll::Tally& tally)
      : poll_(poll), rule_(poll.terms->rule), tally_(tally) {}

  poll::Count count() {
    poll::Count result;
    result.quorum_reached = tally_.figures.counted() >= rule_.quorum;
    quorum_ = result.quorum_reached;
    for (std::size_t i = 0; i < poll_.options.size(); ++i) {
      result.options.push_back(
          {poll_.options[i].id, tally_.options[i].votes, score(i), rank(i), Outcome::not_enough});
    }

    Order order = ranked();
    bool open = false;  // an unresolved tie was met
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      while (end < order.size() && score(order[end]) == score(order[begin])) ++end;
      if (end - begin < 2) continue;
      auto broken_by = TieBreak::declared_order;
      const bool decisive = !open && decides(order, begin, end);
      if (decisive && rule_.ties != TiePolicy::declared_order) {
        broken_by = rule_.ties == TiePolicy::lot && sort_by_lot(order, begin, end) ? TieBreak::lot
                                                                                   : TieBreak::unresolved;
      }
      result.ties.push_back(
          {rank(order[begin]), static_cast<std::uint32_t>(end - begin), decisive, broken_by});
      if (broken_by == TieBreak::unresolved) {
        open = true;
        unresolved_ = order[begin];
      }
    }
    const auto outcomes = walk(order);
    for (std::size_t i = 0; i < result.options.size(); ++i)
      result.options[i].outcome = outcome(i, outcomes[i]);
    return result;
  }

 private:
  std::int64_t score(std::size_t option) const { return tally_.options[option].score; }
  Money cost(std::size_t option) const { return poll_.options[option].cost.value_or(0); }
  bool stands(std::size_t option) const {
    return poll_.options[option].counts && !poll_.is_withdrawn(poll_.options[option].id);
  }
  std::uint32_t rank(std::size_t option) const {
    if (!stands(option)) return 0;
    std::uint32_t better = 0;
    for (std::size_t i = 0; i < poll_.options.size(); ++i)
      better += stands(i) && score(i) > score(option) ? 1 : 0;
    return better + 1;
  }
  Order ranked() const {
    Order order;
    for (std::size_t i = 0; i < poll_.options.size(); ++i) {
      if (stands(i)) order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return score(a) > score(b); });
    return order;
  }

  // What becomes of each option when the order is final.
  std::vector<Outcome> walk(const Order& order) const {
    std::vector<Outcome> outcomes(poll_.options.size(), Outcome::not_enough);
    Money left = rule_.budget;
    std::int32_t places = rule_.winners;
    bool stopped = false;
    for (const std::size_t option : order) {
      Outcome& outcome = outcomes[option];
      if (!quorum_) {
        outcome = Outcome::no_quorum;
      } else if (score(option) == 0) {
        outcome = Outcome::no_votes;
      } else if (!poll::spends_budget(rule_.kind)) {
        if (places-- > 0) outcome = Outcome::selected;
      } else if (rule_.kind == RuleKind::greedy_threshold && score(option) < rule_.threshold) {
        outcome = Outcome::below_threshold;
      } else if (stopped) {
        outcome = Outcome::after_stop;
      } else if (cost(option) <= left) {
        outcome = Outcome::selected;
        left -= cost(option);
      } else {
        outcome = Outcome::does_not_fit;
        stopped = rule_.kind == RuleKind::greedy_stop;
      }
    }
    return outcomes;
  }

  std::set<std::size_t> selected(const Order& order) const {
    const auto outcomes = walk(order);
    std::set<std::size_t> options;
    for (const std::size_t option : order) {
      if (outcomes[option] == Outcome::selected) options.insert(option);
    }
    return options;
  }

  bool decides(const Order& order, std::size_t begin, std::size_t end) const {
    Order other = order;
    const auto first = other.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = other.begin() + static_cast<std::ptrdiff_t>(end);
    std::sort(first, last);
    do {
      if (selected(other) != selected(order)) return true;
    } while (std::next_permutation(first, last));
    return false;
  }

  bool sort_by_lot(Order& order, std::size_t begin, std::size_t end) const {
    const auto drawn = [&](std::size_t option) {
      return std::ranges::find(poll_.lot, poll_.options[option].id) - poll_.lot.begin();
    };
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(end);
    if (std::any_of(first, last, [&](std::size_t option) { return drawn(option) == std::ssize(poll_.lot); }))
      return false;
    std::sort(first, last, [&](std::size_t a, std::size_t b) { return drawn(a) < drawn(b); });
    return true;
  }

  // What can be said with the first unresolved tie in mind.
  Outcome outcome(std::size_t option, Outcome walked) const {
    if (poll_.is_withdrawn(poll_.options[option].id)) return Outcome::withdrawn;
    if (!poll_.options[option].counts) return Outcome::not_counted;
    if (!unresolved_ || score(option) > score(*unresolved_)) return walked;
    if (score(option) == score(*unresolved_)) return Outcome::tie_unresolved;
    const bool later_is_open =
        poll::spends_budget(rule_.kind) && walked != Outcome::no_votes && walked != Outcome::below_threshold;
    if (later_is_open) return Outcome::tie_unresolved;
    return walked == Outcome::selected ? Outcome::not_enough : walked;
  }

  const poll::State& poll_;
  const poll::Rule& rule_;
  const poll::Tally& tally_;
  bool quorum_ = true;
  std::optional<std::size_t> unresolved_;  // an option of the tie
};

poll::State random_poll(Random& random) {
  constexpr std::array kinds{RuleKind::most_votes, RuleKind::points, RuleKind::greedy_skip,
                             RuleKind::greedy_stop, RuleKind::greedy_threshold};
  constexpr std::array policies{TiePolicy::refuse, TiePolicy::declared_order, TiePolicy::lot};
  poll::State poll;
  poll.status = poll::Status::closed;
  poll.terms = terms([&](poll::Terms& t) {
    t.rule.kind = random.pick(kinds);
    t.rule.ties = random.pick(policies);
    t.rule.winners = random.between<std::int32_t>(1, 4);
    t.rule.budget = random.between(1, 12);
    t.rule.threshold = random.between(1, 3);
    t.rule.quorum = random.chance(10) ? random.between(1, 20) : 0;
  });
  const auto size = random.between(1, 6);
  for (std::int64_t i = 0; i < size; ++i) {
    poll.options.push_back(priced(std::string(1, static_cast<char>('a' + i)), random.between(0, 8)));
    poll.options.back().counts = !random.chance(10);
    if (random.chance(10)) poll.withdrawn.push_back(poll.options.back().id);
    if (random.chance(70)) poll.lot.push_back(poll.options.back().id);
  }
  random.shuffle(poll.lot);
  return poll;
}

poll::Tally random_tally(Random& random, std::size_t options) {
  poll::Tally tally;
  for (std::size_t i = 0; i < options; ++i) {
    const auto score = random.between(0, 3);
    tally.options.push_back({score, score});
  }
  tally.figures.cast = random.between(0, 20);
  tally.figures.blank = random.between(0, tally.figures.cast);
  return tally;
}

TEST(Count, AgreesWithASlowSecondOpinion) {
  for_seeds(20, [](Random& random) {
    for (int i = 0; i < 1000; ++i) {
      const auto poll = random_poll(random);
      const auto tally = random_tally(random, poll.options.size());
      const auto counted = poll::count(poll, tally);
      const auto expected = Reference(poll, tally).count();
      ASSERT_EQ(counted.quorum_reached, expected.quorum_reached);
      ASSERT_EQ(counted.ties, expected.ties) << "instance " << i;
      for (std::size_t option = 0; option < poll.options.size(); ++option) {
        ASSERT_EQ(counted.options[option], expected.options[option])
            << "instance " << i << ", option " << option << ": "
            << static_cast<int>(counted.options[option].outcome) << " instead of "
            << static_cast<int>(expected.options[option].outcome);
      }
    }
  });
}

}  // namespace
}  // namespace stimmbuch::test
