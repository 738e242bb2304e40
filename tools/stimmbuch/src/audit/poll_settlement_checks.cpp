// What follows the closing of a poll: its roll and the openings of its ballots.
#include <algorithm>

#include <fmt/format.h>

#include "audit/poll_recount.hpp"
#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"

namespace stimmbuch::program {

namespace {

poll::PartsDigest digest_of(const std::string& leaves) {
  return crypto::sha256(crypto::bytes_of(leaves));
}

}  // namespace

void Recount::PollRecount::add_roll(const roll::PartAdded& part, Position position, const tlog::Hash& leaf,
                                    bool keep) {
  if (keep) kept_roll_.insert(kept_roll_.end(), part.entries.begin(), part.entries.end());
  roll_leaves_.append(crypto::text_of(leaf));
  for (const roll::Entry& entry : part.entries) {
    ++roll_entries_;
    if (entry.ballot != before_first) ++roll_ballots_;
    if (!portion_.holds(entry.voter.text())) continue;
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
    differ_once("roll_differs",
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
    const std::size_t index = openings_++;
    if (index == sums_.opens.size()) sums_.opens.push_back(false);
    if (opened_ < to_open_.size() && to_open_[opened_].first == opening.ballot) {
      sums_.opens[index] = true;
      check_opening(opening, to_open_[opened_].second, ledger);
      ++opened_;
    } else if (portion_.is_last() && !sums_.opens[index]) {
      differ("opening_wrong", fmt::format("position {} opens position {}, where no ballot of the poll stands",
                                          number(position), number(opening.ballot)));
    }
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
    differ_once(
        "opening_missing",
        fmt::format("{} openings are said to be all; {} ballots stand, or the parts are not those that were "
                    "hashed",
                    openings.openings, standing));
  }
}

}  // namespace stimmbuch::program
