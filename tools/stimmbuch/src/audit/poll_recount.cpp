#include "audit/poll_recount.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::program {

namespace {

std::string figures_text(const poll::Figures& figures) {
  return fmt::format("{} cast, {} replaced, {} withdrawn, {} blank, {} online, {} on paper", figures.cast,
                     figures.replaced, figures.withdrawn, figures.blank, figures.online, figures.paper);
}

template <class Enum>
std::string_view name_in_records(Enum value) {
  return codec::names<Enum>[static_cast<std::size_t>(value)];
}

}  // namespace

// ---- standing ballots

// Pseudonyms are hashes already.
std::size_t StandingBallots::VoterHash::operator()(const Voter& voter) const {
  std::size_t hash = 0;
  std::memcpy(&hash, voter.data(), sizeof hash);
  return hash;
}

std::uint32_t StandingBallots::number_of(const std::vector<std::pair<std::uint16_t, std::int32_t>>& choices,
                                         ballot::Channel channel) {
  std::string key(1, channel == ballot::Channel::paper ? 'p' : 'o');
  for (const auto& [option, points] : choices) {
    key.append(reinterpret_cast<const char*>(&option), sizeof option);
    key.append(reinterpret_cast<const char*>(&points), sizeof points);
  }
  const auto [known, is_new] =
      numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(votes_.size() + 1));
  if (is_new) votes_.push_back({choices, channel});
  return known->second;
}

// ---- the poll

void Recount::PollRecount::differ(std::string code, std::string detail) {
  ++differences_;
  differ_(std::move(code), std::move(detail));
}

// Whether the event can follow what was before it at all; the fold takes that for granted.
bool Recount::PollRecount::is_possible(const poll::Event& event) const {
  if (std::holds_alternative<poll::Drafted>(event)) return state_.status == poll::Status::unknown;
  if (!state_.terms) return false;
  if (std::holds_alternative<poll::OptionsCounted>(event)) return state_.result.has_value();
  if (std::holds_alternative<poll::LotDrawn>(event)) return state_.proposal.has_value();
  if (std::holds_alternative<poll::Closed>(event)) return state_.status == poll::Status::open;
  if (std::holds_alternative<poll::ResultComputed>(event)) return state_.closed.has_value();
  return true;
}

void Recount::PollRecount::add_poll_event(const poll::Event& event, const Recorded& recorded, bool more) {
  if (!is_possible(event)) {
    return differ("event_impossible", fmt::format("the record at position {} cannot follow those before it",
                                                  number(recorded.position)));
  }
  if (const auto* const result = std::get_if<poll::ResultComputed>(&event); result && has_ballots_)
    check_count(*result);
  if (const auto* const result = std::get_if<poll::ResultComputed>(&event)) counted_ = result->figures;
  state_ = poll::evolve(std::move(state_), event, recorded);
  if (index_.size() != state_.options.size()) {
    index_.clear();
    for (const poll::Option& option : state_.options)
      index_.emplace(option.id, static_cast<std::uint16_t>(index_.size()));
  }
  if (count_ && !more) check_counted_options();
  check_claim(recorded.position);
}

std::optional<std::uint32_t> Recount::PollRecount::vote_number(const ballot::Choices& choices,
                                                               ballot::Channel channel) {
  std::vector<std::pair<std::uint16_t, std::int32_t>> numbered;
  for (const ballot::Choice& choice : choices) {
    const auto index = index_.find(choice.option);
    if (index == index_.end()) return std::nullopt;
    const bool repeated =
        std::ranges::any_of(numbered, [&](const auto& one) { return one.first == index->second; });
    if (repeated) return std::nullopt;
    numbered.emplace_back(index->second, choice.points);
  }
  return ballots_.number_of(numbered, channel);
}

ballot::State Recount::PollRecount::ballot_of(std::string_view voter) {
  ballot::State state;
  StandingBallots::Voter key{};
  if (!from_base64url(voter, key)) return state;
  const StandingBallots::Ballot& ballot = ballots_.of(key);
  state.commands = ballot.next_revision;
  if (ballot.vote == 0) return state;
  const auto& [choices, channel] = ballots_.vote(ballot.vote);
  state.standing.emplace(ballot::Choices{}, channel);
  for (const auto& [option, points] : choices)
    state.standing->choices.push_back({state_.options[option].id, points});
  return state;
}

void Recount::PollRecount::add_ballot_event(std::string_view voter, const ballot::Event& event,
                                            const Recorded& recorded) {
  const auto position = number(recorded.position);
  StandingBallots::Voter key{};
  if (!from_base64url(voter, key)) {
    return differ("voter_malformed",
                  fmt::format("the voter of the record at position {} is no pseudonym", position));
  }
  if (state_.status != poll::Status::open) {
    return differ(
        "ballot_outside",
        fmt::format("the ballot at position {} was recorded while the poll was not open", position));
  }
  struct Numbers {
    PollRecount& poll;
    std::optional<std::uint32_t> before;  // the vote that the event replaces
    std::optional<std::uint32_t> after;

    void operator()(const ballot::VoteCast& cast) {
      ++poll.events_.cast;
      before = 0;
      after = poll.vote_number(cast.choices, cast.channel);
    }
    void operator()(const ballot::VoteChanged& changed) {
      ++poll.events_.replaced;
      before = poll.vote_number(changed.replaced, changed.channel);
      after = poll.vote_number(changed.choices, changed.channel);
    }
    void operator()(const ballot::VoteWithdrawn& withdrawn) {
      ++poll.events_.withdrawn;
      before = poll.vote_number(withdrawn.replaced, withdrawn.channel);
      after = 0;
    }
  };
  Numbers numbers{*this, {}, {}};
  std::visit(numbers, event);
  if (!numbers.before || !numbers.after) {
    return differ("choice_impossible",
                  fmt::format("the ballot at position {} names what the poll does not have", position));
  }
  StandingBallots::Ballot& ballot = ballots_.of(key);
  if (number(recorded.revision) != ballot.next_revision) {
    differ("revision_gap", fmt::format("the ballot at position {} is at revision {}, and {} is due", position,
                                       number(recorded.revision), ballot.next_revision));
  }
  if (ballot.vote != *numbers.before) {
    differ("replaced_wrong",
           fmt::format("the ballot at position {} replaces another vote than the voter's last", position));
  }
  ballot.next_revision = number(recorded.revision) + 1;
  ballot.vote = *numbers.after;
  check_claim(recorded.position);
}

poll::Tally Recount::PollRecount::tally() const {
  poll::Tally tally{events_, std::vector<poll::OptionTally>(state_.options.size())};
  const auto& rank_points = state_.terms->rule.rank_points;
  const auto kind = state_.terms->form.kind;
  ballots_.for_each_standing([&](const auto& choices, ballot::Channel channel) {
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
  return tally;
}

void Recount::PollRecount::check_count(const poll::ResultComputed& result) {
  ++counts_;
  const poll::Tally recounted = tally();
  count_ = poll::count(state_, recounted);
  if (result.figures != recounted.figures) {
    differ("count_differs", fmt::format("the count says {}; the ballots say {}", figures_text(result.figures),
                                        figures_text(recounted.figures)));
  }
  if (result.first != *state_.opened || result.last != *state_.closed ||
      result.revision != *state_.revision) {
    differ("count_differs", "the count is of another part of the log than from opening to closing");
  }
  // Each ballot is a voter's, and each voter a registered citizen.
  if (!state_.terms->imported && registered_ && std::cmp_greater(result.figures.cast, *registered_)) {
    differ("count_differs", fmt::format("{} voters cast a ballot, and {} citizens were registered",
                                        result.figures.cast, *registered_));
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
    claimed_tally_ = tally();
    check_claimed_figures(*claimed_tally_);
  }
  if (position != claim_->reflects) return;
  if (claim_->counted_to == before_first) {
    // The document shows no ballot yet, whatever the log holds already.
    claimed_tally_ = poll::Tally{{}, std::vector<poll::OptionTally>(state_.options.size())};
    check_claimed_figures(*claimed_tally_);
  }
  if (claimed_tally_) check_claimed_outcome();
}

void Recount::PollRecount::check_claimed_figures(const poll::Tally& counted) {
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

void Recount::PollRecount::finish() {
  if (!claim_) return;
  if (!outcome_checked_) {
    differ("tally_unfounded", fmt::format("the tally reflects position {}, where the poll has no record",
                                          number(claim_->reflects)));
  }
}

RecountedPoll Recount::PollRecount::result() const {
  return {.poll = poll_,
          .status = state_.status,
          .imported = state_.terms && state_.terms->imported,
          .ballots = events_.standing(),
          .registered = state_.terms && state_.terms->imported ? std::nullopt : registered_,
          .counted = counted_,
          .counts = counts_,
          .claimed = claim_.has_value(),
          .differences = differences_};
}

}  // namespace stimmbuch::program
