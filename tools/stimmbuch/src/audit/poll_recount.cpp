#include "audit/poll_recount.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"

namespace stimmbuch::program {

std::array<std::byte, 16> Recount::PollRecount::fingerprint(const ballot::Seal& seal) {
  const auto digest = crypto::sha256({seal.commitment, seal.ciphertext});
  std::array<std::byte, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

void Recount::PollRecount::differ(std::string code, std::string detail) {
  ++sums_.differences;
  differ_(std::move(code), std::move(detail));
}

void Recount::PollRecount::differ_once(std::string code, std::string detail) {
  if (portion_.is_first()) differ(std::move(code), std::move(detail));
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
    return differ_once(
        "event_impossible",
        fmt::format("the record at position {} cannot follow those before it", number(recorded.position)));
  }
  if (const auto* const result = std::get_if<poll::ResultComputed>(&event)) {
    counted_ = result->figures;
    if (has_ballots_) check_count(*result);
  }
  if (const auto* const roll = std::get_if<poll::RollCompleted>(&event); roll && has_ballots_)
    check_roll(*roll);
  if (const auto* const openings = std::get_if<poll::OpeningsCompleted>(&event); openings && has_ballots_)
    check_openings(*openings);
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

ballot::State Recount::PollRecount::ballot_of(std::string_view voter) const {
  ballot::State state;
  StandingBallots::Voter key{};
  const auto* const ballot = from_base64url(voter, key) ? ballots_.find(key) : nullptr;
  if (ballot == nullptr) return state;
  state.commands = ballot->next_revision;
  if (ballot->vote == 0) return state;
  if (ballot->vote >= StandingBallots::invalid_vote) {
    state.standing.emplace();
    return state;
  }
  const auto [choices, channel] = ballots_.vote(ballot->vote);
  state.standing.emplace(ballot::Choices{}, channel);
  for (const auto& [option, points] : choices)
    state.standing->choices.push_back({state_.options[option].id, points});
  return state;
}

void Recount::PollRecount::add_ballot_event(std::string_view voter, const ballot::Event& event,
                                            const Recorded& recorded, std::string_view command) {
  const auto position = number(recorded.position);
  const bool is_ours = portion_.holds(voter);
  StandingBallots::Voter key{};
  if (!from_base64url(voter, key)) {
    return differ_once("voter_malformed",
                       fmt::format("the voter of the record at position {} is no pseudonym", position));
  }
  if (state_.status != poll::Status::open) {
    return differ_once(
        "ballot_outside",
        fmt::format("the ballot at position {} was recorded while the poll was not open", position));
  }
  count(event);
  if (is_ours) take_vote(key, event, recorded, command);
  check_claim(recorded.position);
}

void Recount::PollRecount::count(const ballot::Event& event) {
  struct Counter {
    poll::Figures& figures;

    void operator()(const ballot::VoteCast&) const { ++figures.cast; }
    void operator()(const ballot::VoteChanged&) const { ++figures.replaced; }
    void operator()(const ballot::VoteWithdrawn&) const { ++figures.withdrawn; }
    void operator()(const ballot::SealedVoteCast&) const { ++figures.cast; }
    void operator()(const ballot::SealedVoteChanged&) const { ++figures.replaced; }
    void operator()(const ballot::SealedVoteWithdrawn&) const { ++figures.withdrawn; }
  };
  std::visit(Counter{events_}, event);
}

void Recount::PollRecount::take_vote(const StandingBallots::Voter& voter, const ballot::Event& event,
                                     const Recorded& recorded, std::string_view command) {
  const auto position = number(recorded.position);
  struct Numbers {
    PollRecount& poll;
    std::optional<std::uint32_t> before;  // the vote that the event replaces
    std::optional<std::uint32_t> after;

    void operator()(const ballot::VoteCast& cast) {
      before = 0;
      after = poll.vote_number(cast.choices, cast.channel);
    }
    void operator()(const ballot::VoteChanged& changed) {
      before = poll.vote_number(changed.replaced, changed.channel);
      after = poll.vote_number(changed.choices, changed.channel);
    }
    void operator()(const ballot::VoteWithdrawn& withdrawn) {
      before = poll.vote_number(withdrawn.replaced, withdrawn.channel);
      after = 0;
    }
    void operator()(const ballot::SealedVoteCast&) {
      before = 0;
      after = StandingBallots::sealed_vote;
    }
    void operator()(const ballot::SealedVoteChanged&) {
      before = StandingBallots::sealed_vote;
      after = StandingBallots::sealed_vote;
    }
    void operator()(const ballot::SealedVoteWithdrawn&) {
      before = StandingBallots::sealed_vote;
      after = 0;
    }
  };
  Numbers numbers{*this, {}, {}};
  std::visit(numbers, event);
  if (!numbers.before || !numbers.after) {
    return differ("choice_impossible",
                  fmt::format("the ballot at position {} names what the poll does not have", position));
  }
  StandingBallots::Ballot& ballot = ballots_.of(voter);
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
  ballot.position = position & (UINT64_MAX >> 1);
  if (const auto* const seal = vault::seal_of(event)) {
    const auto tag = runner::parse_command_tag(command);
    if (tag) seals_[voter] = SealedVote{tag->id, fingerprint(*seal)};
  }
}

void Recount::PollRecount::finish() {
  sums_.voters += ballots_.voters();
  if (claim_ && portion_.is_last() && !outcome_checked_) {
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
          .voters = has_ballots_ ? std::optional(sums_.voters) : std::nullopt,
          .counted = counted_,
          .counts = counts_,
          .eligible = state_.roll_completed ? std::optional(roll_entries_) : std::nullopt,
          .openings = state_.sealed ? std::optional(std::ranges::count(sums_.opens, true)) : std::nullopt,
          .claimed = claim_.has_value(),
          .differences = sums_.differences};
}

}  // namespace stimmbuch::program
