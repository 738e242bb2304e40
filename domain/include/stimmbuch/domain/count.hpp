#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/basics.hpp"

// How a poll is counted. Counting is a pure function of terms, options and tally, in exact arithmetic.
namespace stimmbuch::poll {

struct State;
struct Tally;

enum class RuleKind {
  most_votes,        // the `winners` options with the most votes
  points,            // the `winners` options with the highest score
  greedy_skip,       // by score, descending: take what fits the remaining budget, skip what does not
  greedy_stop,       // the same, but stop at the first that does not fit
  greedy_threshold,  // as greedy_skip, leaving out what scored less than `threshold`
};

// How options with equal scores are ordered where their order decides.
enum class TiePolicy {
  refuse,          // not at all: the result stays open and cannot be certified
  declared_order,  // as the poll declared its options
  lot,             // as drawn in public by two officials after the count
};

struct Rule {
  RuleKind kind = RuleKind::most_votes;
  std::int32_t winners = 1;               // most_votes, points
  Money budget = 0;                       // greedy rules
  std::int64_t threshold = 0;             // greedy_threshold
  std::vector<std::int32_t> rank_points;  // ranked ballots: points of the first rank, the second, …
  TiePolicy ties = TiePolicy::declared_order;
  std::int64_t quorum = 0;  // ballots that must be counted before anything can win; 0: none

  friend bool operator==(const Rule&, const Rule&) = default;
};

// Rises whenever the same ballots under the same rule would be counted differently.
constexpr std::uint32_t rule_version = 1;

constexpr bool spends_budget(RuleKind kind) {
  return kind == RuleKind::greedy_skip || kind == RuleKind::greedy_stop || kind == RuleKind::greedy_threshold;
}

// Why an option was selected or not.
enum class Outcome {
  selected,
  not_enough,       // others have more
  no_votes,         // an option that nobody wants never wins
  below_threshold,  // greedy_threshold
  does_not_fit,     // its cost exceeds what is left
  after_stop,       // greedy_stop had ended before it
  tie_unresolved,   // its place depends on a tie that nobody broke yet
  withdrawn,
  not_counted,  // an option such as "abstain"
  no_quorum,
};

struct CountedOption {
  OptionId option;
  std::int64_t votes = 0;
  std::int64_t score = 0;
  std::uint32_t rank = 0;  // 1, 2, 2, 4 …; 0 for what is not ranked
  Outcome outcome = Outcome::not_enough;

  friend bool operator==(const CountedOption&, const CountedOption&) = default;
};

enum class TieBreak { declared_order, lot, unresolved };

// Options that share a rank. Decisive if another order among them would have selected others.
struct Tie {
  std::uint32_t rank = 0;
  std::uint32_t options = 0;
  bool decisive = false;
  TieBreak broken_by = TieBreak::declared_order;

  friend bool operator==(const Tie&, const Tie&) = default;
};

struct Count {
  std::vector<CountedOption> options;  // as declared
  std::vector<Tie> ties;               // by rank
  bool quorum_reached = true;

  bool unresolved() const;

  friend bool operator==(const Count&, const Count&) = default;
};

// Counts a poll by the rule of its terms, with its withdrawn options left out and its lot, if one was drawn.
// `tally.options` stands in the order of the poll's options.
Count count(const State& poll, const Tally& tally);

}  // namespace stimmbuch::poll
