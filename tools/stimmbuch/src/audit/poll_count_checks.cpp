// What is said of a poll's figures, in its counts and in its tally, held against the ballots.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "audit/poll_recount.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::program {

namespace {

std::string figures_text(const poll::Figures& figures) {
  return fmt::format("{} cast, {} replaced, {} withdrawn, {} blank, {} online, {} on paper, {} invalid",
                     figures.cast, figures.replaced, figures.withdrawn, figures.blank, figures.online,
                     figures.paper, figures.invalid);
}

template <class Enum>
std::string_view name_in_records(Enum value) {
  return codec::names<Enum>[static_cast<std::size_t>(value)];
}

}  // namespace

const Recount::PollRecount::Sums::Place& Recount::PollRecount::add_up() {
  if (place_ == sums_.places.size()) sums_.places.emplace_back();
  Sums::Place& place = sums_.places[place_++];
  poll::Tally& tally = place.tally;
  tally.options.resize(state_.options.size());
  // Every pass sees these of all ballots.
  tally.figures.cast = events_.cast;
  tally.figures.replaced = events_.replaced;
  tally.figures.withdrawn = events_.withdrawn;
  place.voters += ballots_.voters();
  const auto& rank_points = state_.terms->rule.rank_points;
  const auto kind = state_.terms->form.kind;
  ballots_.for_each([&](const auto&, const StandingBallots::Ballot& ballot) {
    if (ballot.vote >= StandingBallots::invalid_vote) ++tally.figures.online;
    if (ballot.vote == StandingBallots::invalid_vote) ++tally.figures.invalid;
  });
  ballots_.for_each_known([&](const auto& choices, ballot::Channel channel) {
    ++(channel == ballot::Channel::paper ? tally.figures.paper : tally.figures.online);
    if (choices.empty()) ++tally.figures.blank;
    for (std::size_t rank = 0; rank < choices.size(); ++rank) {
      const auto& [option, points] = choices[rank];
      std::int64_t score = 1;
      if (kind == poll::BallotKind::points) score = points;
      if (kind == poll::BallotKind::ranked) score = rank < rank_points.size() ? rank_points[rank] : 0;
      ++tally.options[option].votes;
      tally.options[option].score += score;
    }
  });
  return place;
}

void Recount::PollRecount::check_count(const poll::ResultComputed& result) {
  ++counts_;
  const auto& [recounted, voters] = add_up();
  if (!portion_.is_last()) return;
  count_ = poll::count(state_, recounted);
  if (result.figures != recounted.figures) {
    differ("count_differs", fmt::format("the count says {}; the ballots say {}", figures_text(result.figures),
                                        figures_text(recounted.figures)));
  }
  if (result.first != *state_.opened || result.last != *state_.closed ||
      result.revision != *state_.revision) {
    differ("count_differs", "the count is of another part of the log than from opening to closing");
  }
  if (state_.roll_completed && (result.eligible != state_.roll_completed->entries ||
                                result.eligible_at_opening != state_.roll_completed->at_opening)) {
    differ("count_differs", "the count has another number of entitled people than the roll");
  }
  // Each voter is a registered citizen.
  if (!state_.terms->imported && registered_ && std::cmp_greater(voters, *registered_)) {
    differ("count_differs",
           fmt::format("{} voters took part, and {} citizens were registered", voters, *registered_));
  }
  if (result.rule != state_.terms->rule.kind)
    differ("count_differs", "the count is by another rule than the poll's");
  if (result.ties != count_->ties || result.quorum_reached != count_->quorum_reached) {
    differ("count_differs", "the count has other ties or another quorum");
  }
}

void Recount::PollRecount::check_counted_options() {
  const auto& recorded = state_.result->options;
  for (std::size_t i = 0; i < std::max(recorded.size(), count_->options.size()); ++i) {
    if (i >= recorded.size() || i >= count_->options.size()) {
      differ("count_differs", "the count has another number of options");
      break;
    }
    const auto& theirs = recorded[i];
    const auto& ours = count_->options[i];
    if (theirs == ours) continue;
    differ("count_differs", fmt::format("option {}: the count says {} votes, score {}, rank {}, {}; the "
                                        "ballots say {}: {} votes, score {}, rank {}, {}",
                                        theirs.option.text(), theirs.votes, theirs.score, theirs.rank,
                                        name_in_records(theirs.outcome), ours.option.text(), ours.votes,
                                        ours.score, ours.rank, name_in_records(ours.outcome)));
  }
  count_.reset();
}

void Recount::PollRecount::check_claim(Position position) {
  if (!claim_) return;
  if (position == claim_->counted_to) {
    const auto& counted = add_up().tally;
    if (portion_.is_last()) claimed_tally_ = counted;
    if (claimed_tally_) check_claimed_figures(*claimed_tally_);
  }
  if (position != claim_->reflects || !portion_.is_last()) return;
  if (claim_->counted_to == before_first) {
    // The document shows no ballot yet, whatever the log holds already.
    claimed_tally_ = poll::Tally{{}, std::vector<poll::OptionTally>(state_.options.size())};
    check_claimed_figures(*claimed_tally_);
  }
  if (claimed_tally_) check_claimed_outcome();
}

void Recount::PollRecount::check_claimed_figures(const poll::Tally& counted) {
  if (claim_->sealed) {
    const auto& theirs = claim_->figures;
    const auto& ours = counted.figures;
    if (theirs.cast != ours.cast || theirs.replaced != ours.replaced || theirs.withdrawn != ours.withdrawn) {
      differ("tally_differs", fmt::format("the turnout says {}; the ballots say {}", figures_text(theirs),
                                          figures_text(ours)));
    }
    return;
  }
  if (claim_->figures != counted.figures) {
    differ("tally_differs", fmt::format("the tally says {}; the ballots say {}",
                                        figures_text(claim_->figures), figures_text(counted.figures)));
  }
  if (claim_->options.size() != counted.options.size()) {
    return differ("tally_differs", fmt::format("the tally has {} options, the poll {}",
                                               claim_->options.size(), counted.options.size()));
  }
  for (std::size_t i = 0; i < counted.options.size(); ++i) {
    const auto& theirs = claim_->options[i];
    const auto& ours = counted.options[i];
    if (theirs.id == state_.options[i].id && theirs.tally == ours) continue;
    differ("tally_differs",
           fmt::format("option {}: the tally says {} votes, score {}; the ballots say {} votes, score {}",
                       theirs.id.text(), theirs.tally.votes, theirs.tally.score, ours.votes, ours.score));
  }
}

void Recount::PollRecount::check_claimed_outcome() {
  outcome_checked_ = true;
  if (claim_->status != name_in_records(state_.status)) {
    differ("tally_differs", fmt::format("the tally says that the poll is {}; it is {}", claim_->status,
                                        name_in_records(state_.status)));
  }
  if (claim_->sealed) return;
  const auto outcome = state_.result ? state_.result->options : poll::count(state_, *claimed_tally_).options;
  for (std::size_t i = 0; i < std::min(outcome.size(), claim_->options.size()); ++i) {
    const auto& theirs = claim_->options[i];
    const bool selected = outcome[i].outcome == poll::Outcome::selected;
    if (theirs.rank == outcome[i].rank && theirs.selected == selected) continue;
    differ("tally_differs",
           fmt::format("option {}: the tally says rank {}, {}selected; the rule says rank {}, {}selected",
                       theirs.id.text(), theirs.rank, theirs.selected ? "" : "not ", outcome[i].rank,
                       selected ? "" : "not "));
  }
}

}  // namespace stimmbuch::program
