#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/log_builder.hpp"

namespace stimmbuch::test {

// A log with one open poll of each kind of ballot, into which voters cast, change and withdraw at random.
class RandomLog {
 public:
  static constexpr std::array kinds{poll::BallotKind::single,   poll::BallotKind::multiple,
                                    poll::BallotKind::approval, poll::BallotKind::points,
                                    poll::BallotKind::ranked,   poll::BallotKind::budget};

  explicit RandomLog(std::uint64_t seed) : random_(seed) {
    log.create_ledger();
    log.open_project("park");
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto of = terms_of(kinds[i]);
      log.open_poll(name(i), of, poll_options());
      polls.push_back({of, {}});
    }
  }

  struct Poll {
    poll::Terms terms;
    std::map<std::string, ballot::Vote> standing;  // by voter
    std::int64_t cast = 0;
    std::int64_t replaced = 0;
    std::int64_t withdrawn = 0;
  };

  static std::string name(std::size_t poll) { return std::string("poll-").append(std::to_string(poll)); }

  static std::vector<poll::Option> poll_options() {
    auto all = options(4);
    for (poll::Option& option : all) option.cost = 100;
    return all;
  }

  // One more ballot record. Returns the index of its poll.
  std::size_t vote() {
    const std::size_t at = below(polls.size());
    Poll& poll = polls[at];
    const auto voter = std::string("v").append(std::to_string(below(12)));
    log.at(may_third + std::chrono::hours{below(5)});
    const auto standing = poll.standing.find(voter);
    if (standing == poll.standing.end()) {
      const auto channel = below(4) == 0 ? ballot::Channel::paper : ballot::Channel::online;
      const ballot::Vote vote{any_choices(poll.terms), channel};
      log.vote(name(at), voter, ballot::VoteCast{vote.choices, channel, cast_at(poll.terms)});
      poll.standing.emplace(voter, vote);
      ++poll.cast;
    } else if (below(3) == 0) {
      const ballot::Vote& vote = standing->second;
      log.vote(name(at), voter, ballot::VoteWithdrawn{vote.choices, vote.channel, cast_at(poll.terms)});
      poll.standing.erase(standing);
      ++poll.withdrawn;
    } else {
      ballot::Vote& vote = standing->second;
      const auto replaced = std::exchange(vote.choices, any_choices(poll.terms));
      log.vote(name(at), voter,
               ballot::VoteChanged{vote.choices, replaced, vote.channel, cast_at(poll.terms)});
      ++poll.replaced;
    }
    return at;
  }

  // Counted the slow way: from the ballots that stand.
  static poll::Tally recount(const Poll& poll) {
    const auto all = poll_options();
    poll::Tally tally;
    tally.options.resize(all.size());
    tally.figures.cast = poll.cast;
    tally.figures.replaced = poll.replaced;
    tally.figures.withdrawn = poll.withdrawn;
    for (const auto& [voter, vote] : poll.standing) {
      ++(vote.channel == ballot::Channel::paper ? tally.figures.paper : tally.figures.online);
      if (vote.choices.empty()) ++tally.figures.blank;
      for (std::size_t rank = 0; rank < vote.choices.size(); ++rank) {
        const ballot::Choice& choice = vote.choices[rank];
        const auto option = std::ranges::find(all, choice.option, &poll::Option::id) - all.begin();
        poll::OptionTally& counted = tally.options[static_cast<std::size_t>(option)];
        ++counted.votes;
        if (poll.terms.form.kind == poll::BallotKind::points) {
          counted.score += choice.points;
        } else {
          counted.score += poll.terms.rule.rank_points.empty() ? 1 : poll.terms.rule.rank_points[rank];
        }
      }
    }
    return tally;
  }

  LogBuilder log;
  std::vector<Poll> polls;

 private:
  template <class Bound>
  Bound below(Bound bound) {
    return static_cast<Bound>(random_() % static_cast<std::uint64_t>(bound));
  }

  poll::Terms terms_of(poll::BallotKind kind) {
    auto of = terms(kind);
    of.form.blank_allowed = true;
    of.form.max = kind == poll::BallotKind::single ? 1 : 3;
    of.live_step = 1 + below(5);
    of.imported = below(4) == 0;
    if (kind == poll::BallotKind::points) {
      of.form.points_total = 30;
      of.rule.kind = poll::RuleKind::points;
    } else if (kind == poll::BallotKind::ranked) {
      of.rule.kind = poll::RuleKind::points;
      of.rule.rank_points = {5, 3, 1};
    } else if (kind == poll::BallotKind::budget) {
      of.rule.kind = poll::RuleKind::greedy_skip;
      of.rule.budget = 300;
    } else {
      of.rule.winners = 2;
    }
    return of;
  }

  std::optional<Time> cast_at(const poll::Terms& of) {
    if (!of.imported) return std::nullopt;
    return may_third - std::chrono::hours{below(10)};
  }

  ballot::Choices any_choices(const poll::Terms& of) {
    std::vector<std::size_t> order{0, 1, 2, 3};
    std::ranges::shuffle(order, random_);
    order.resize(below(static_cast<std::size_t>(of.form.max) + 1));
    if (of.form.kind != poll::BallotKind::ranked) std::ranges::sort(order);
    ballot::Choices chosen;
    const auto all = poll_options();
    for (const std::size_t i : order) {
      const std::int32_t points = of.form.kind == poll::BallotKind::points ? 1 + below(9) : 0;
      chosen.push_back({all[i].id, points});
    }
    return chosen;
  }

  std::mt19937_64 random_;
};

}  // namespace stimmbuch::test
