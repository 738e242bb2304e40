#include "stimmbuch/domain/tally.hpp"

#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::poll {

BallotCounter::BallotCounter(const BallotForm& form, const Rule& rule, const std::vector<Option>& options)
    : by_points_(form.kind == BallotKind::points), rank_points_(rule.rank_points) {
  index_.reserve(options.size());
  for (const Option& option : options) index_.emplace(option.id, index_.size());
}

Tally BallotCounter::empty() const {
  return Tally{{}, std::vector<OptionTally>(index_.size())};
}

std::int64_t BallotCounter::score(const ballot::Choice& choice, std::size_t rank) const {
  if (by_points_) return choice.points;
  if (rank_points_.empty()) return 1;
  return rank < rank_points_.size() ? rank_points_[rank] : 0;
}

void BallotCounter::add_choices(Tally& tally, const ballot::Choices& choices, std::int64_t sign) const {
  for (std::size_t rank = 0; rank < choices.size(); ++rank) {
    OptionTally& option = tally.options[index_.at(choices[rank].option)];
    option.votes += sign;
    option.score += sign * score(choices[rank], rank);
  }
  if (choices.empty()) tally.figures.blank += sign;
}

void BallotCounter::add(Tally& tally, const ballot::Choices& choices, ballot::Channel channel,
                        std::int64_t sign) const {
  add_choices(tally, choices, sign);
  (channel == ballot::Channel::paper ? tally.figures.paper : tally.figures.online) += sign;
}

void BallotCounter::apply(Tally& tally, const ballot::Event& event) const {
  struct Apply {
    const BallotCounter& counter;
    Tally& tally;

    void operator()(const ballot::VoteCast& vote) const {
      counter.add(tally, vote.choices, vote.channel, 1);
      ++tally.figures.cast;
    }
    void operator()(const ballot::VoteChanged& vote) const {
      counter.add(tally, vote.replaced, vote.channel, -1);
      counter.add(tally, vote.choices, vote.channel, 1);
      ++tally.figures.replaced;
    }
    void operator()(const ballot::VoteWithdrawn& vote) const {
      counter.add(tally, vote.replaced, vote.channel, -1);
      ++tally.figures.withdrawn;
    }
    void operator()(const ballot::SealedVoteCast&) const {
      ++tally.figures.online;
      ++tally.figures.cast;
    }
    void operator()(const ballot::SealedVoteChanged&) const { ++tally.figures.replaced; }
    void operator()(const ballot::SealedVoteWithdrawn&) const {
      --tally.figures.online;
      ++tally.figures.withdrawn;
    }
  };
  std::visit(Apply{*this, tally}, event);
}

void BallotCounter::open(Tally& tally, const std::optional<ballot::Choices>& choices) const {
  if (choices) {
    add_choices(tally, *choices, 1);
  } else {
    ++tally.figures.invalid;
  }
}

}  // namespace stimmbuch::poll
