#include "audit/poll_recount.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"

namespace stimmbuch::program {

namespace {

std::string figures_text(const poll::Figures& figures) {
  return fmt::format("{} cast, {} replaced, {} withdrawn, {} blank, {} online, {} on paper, {} invalid",
                     figures.cast, figures.replaced, figures.withdrawn, figures.blank, figures.online,
                     figures.paper, figures.invalid);
}

std::array<std::byte, 16> fingerprint(const ballot::Seal& seal) {
  const auto digest = crypto::sha256({seal.commitment, seal.ciphertext});
  std::array<std::byte, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

poll::PartsDigest digest_of(const std::string& leaves) {
  return crypto::sha256(crypto::bytes_of(leaves));
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

ballot::State Recount::PollRecount::ballot_of(std::string_view voter) {
  ballot::State state;
  StandingBallots::Voter key{};
  if (!from_base64url(voter, key)) return state;
  const StandingBallots::Ballot& ballot = ballots_.of(key);
  state.commands = ballot.next_revision;
  if (ballot.vote == 0) return state;
  if (ballot.vote >= StandingBallots::invalid_vote) {
    state.standing.emplace();
    return state;
  }
  const auto& [choices, channel] = ballots_.vote(ballot.vote);
  state.standing.emplace(ballot::Choices{}, channel);
  for (const auto& [option, points] : choices)
    state.standing->choices.push_back({state_.options[option].id, points});
  return state;
}

void Recount::PollRecount::add_ballot_event(std::string_view voter, const ballot::Event& event,
                                            const Recorded& recorded, std::string_view command) {
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
    void operator()(const ballot::SealedVoteCast&) {
      ++poll.events_.cast;
      before = 0;
      after = StandingBallots::sealed_vote;
    }
    void operator()(const ballot::SealedVoteChanged&) {
      ++poll.events_.replaced;
      before = StandingBallots::sealed_vote;
      after = StandingBallots::sealed_vote;
    }
    void operator()(const ballot::SealedVoteWithdrawn&) {
      ++poll.events_.withdrawn;
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
  ballot.position = position & (UINT64_MAX >> 1);
  if (const auto* const seal = vault::seal_of(event)) {
    const auto tag = runner::parse_command_tag(command);
    if (tag) seals_[key] = SealedVote{tag->id, fingerprint(*seal)};
  }
  check_claim(recorded.position);
}

// ---- what follows the closing

void Recount::PollRecount::add_roll(const roll::PartAdded& part, Position position, const tlog::Hash& leaf,
                                    bool keep) {
  if (keep) kept_roll_.insert(kept_roll_.end(), part.entries.begin(), part.entries.end());
  roll_leaves_.append(crypto::text_of(leaf));
  for (const roll::Entry& entry : part.entries) {
    ++roll_entries_;
    if (entry.ballot != before_first) ++roll_ballots_;
    StandingBallots::Voter voter{};
    auto* const ballot = from_base64url(entry.voter.text(), voter) ? ballots_.find(voter) : nullptr;
    if (ballot != nullptr) ballot->on_roll = 1;
    const std::uint64_t standing = ballot != nullptr && ballot->vote != 0 ? ballot->position : 0;
    if (number(entry.ballot) == standing) continue;
    differ(
        "roll_differs",
        fmt::format("the roll at position {} says of {} that their ballot stands at {}; it stands at {} (0: "
                    "nowhere)",
                    number(position), entry.voter.text(), number(entry.ballot), standing));
  }
}

void Recount::PollRecount::check_roll(const poll::RollCompleted& roll) {
  if (roll.entries != roll_entries_ || roll.ballots != roll_ballots_ ||
      roll.digest != digest_of(roll_leaves_)) {
    differ("roll_differs",
           fmt::format("the roll is said to have {} entries and {} ballots; its parts have {} "
                       "and {}, or are not those that were hashed",
                       roll.entries, roll.ballots, roll_entries_, roll_ballots_));
  }
  ballots_.for_each([&](const StandingBallots::Voter& voter, const StandingBallots::Ballot& ballot) {
    if (ballot.on_roll == 1) return;
    differ("roll_differs", fmt::format("{}, whose ballot is at position {}, is not on the roll",
                                       to_base64url(voter), std::uint64_t{ballot.position}));
  });
}

void Recount::PollRecount::add_openings(const opening::PartAdded& part, Position position,
                                        const tlog::Hash& leaf, const LedgerId& ledger) {
  if (opening_leaves_.empty()) {
    ballots_.for_each([&](const StandingBallots::Voter& voter, const StandingBallots::Ballot& ballot) {
      if (ballot.vote != 0) to_open_.emplace_back(Position{ballot.position}, voter);
    });
    std::ranges::sort(to_open_);
  }
  opening_leaves_.append(crypto::text_of(leaf));
  for (const opening::Opening& opening : part.openings) {
    // Both are in order, so what stands between is missing, and what is not there is too much.
    while (opened_ < to_open_.size() && to_open_[opened_].first < opening.ballot) {
      differ("opening_missing",
             fmt::format("the ballot at position {} is not opened", number(to_open_[opened_].first)));
      ++opened_;
    }
    if (opened_ == to_open_.size() || to_open_[opened_].first != opening.ballot) {
      differ("opening_wrong", fmt::format("position {} opens position {}, where no ballot of the poll stands",
                                          number(position), number(opening.ballot)));
      continue;
    }
    check_opening(opening, to_open_[opened_].second, ledger);
    ++opened_;
  }
}

// The seal is made again from what is said to be in it.
void Recount::PollRecount::check_opening(const opening::Opening& opening, const StandingBallots::Voter& voter,
                                         const LedgerId& ledger) {
  StandingBallots::Ballot& ballot = ballots_.of(voter);
  ballot.vote = StandingBallots::invalid_vote;
  if (!opening.choices || !ballot::is_valid(state_, *opening.choices)) {
    return differ("opening_invalid", fmt::format("the ballot at position {} opens to nothing that counts",
                                                 number(opening.ballot)));
  }
  ballot.vote =
      vote_number(*opening.choices, ballot::Channel::online).value_or(StandingBallots::invalid_vote);
  const auto sealed = seals_.find(voter);
  const auto name = VoterId::parse(to_base64url(voter));
  if (sealed == seals_.end() || !name) return;
  const auto padded = codec::padded_choices(*opening.choices, ballot::sealed_bytes(state_));
  const auto seal = vault::seal_choices(crypto::Secret(opening.key),
                                        {ledger, {poll_, *name}, sealed->second.command}, padded);
  if (fingerprint(seal) != sealed->second.fingerprint) {
    differ("opening_wrong",
           fmt::format("the ballot at position {} was sealed with other choices, or under another key, than "
                       "its opening says",
                       number(opening.ballot)));
  }
}

void Recount::PollRecount::check_openings(const poll::OpeningsCompleted& openings) {
  const auto standing = events_.standing();
  for (; opened_ < to_open_.size(); ++opened_) {
    differ("opening_missing",
           fmt::format("the ballot at position {} is not opened", number(to_open_[opened_].first)));
  }
  if (openings.openings != standing || openings.digest != digest_of(opening_leaves_)) {
    differ(
        "opening_missing",
        fmt::format("{} openings are said to be all; {} ballots stand, or the parts are not those that were "
                    "hashed",
                    openings.openings, standing));
  }
}

poll::Tally Recount::PollRecount::tally() const {
  poll::Tally tally{events_, std::vector<poll::OptionTally>(state_.options.size())};
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
  if (state_.roll_completed && (result.eligible != state_.roll_completed->entries ||
                                result.eligible_at_opening != state_.roll_completed->at_opening)) {
    differ("count_differs", "the count has another number of entitled people than the roll");
  }
  // Each voter is a registered citizen.
  if (!state_.terms->imported && registered_ && std::cmp_greater(ballots_.voters(), *registered_)) {
    differ("count_differs", fmt::format("{} voters took part, and {} citizens were registered",
                                        ballots_.voters(), *registered_));
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
          .voters = has_ballots_ ? std::optional(ballots_.voters()) : std::nullopt,
          .counted = counted_,
          .counts = counts_,
          .eligible = state_.roll_completed ? std::optional(roll_entries_) : std::nullopt,
          .openings = state_.sealed ? std::optional(static_cast<std::int64_t>(opened_)) : std::nullopt,
          .claimed = claim_.has_value(),
          .differences = differences_};
}

}  // namespace stimmbuch::program
