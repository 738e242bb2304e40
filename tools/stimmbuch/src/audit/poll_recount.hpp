#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "audit/recount.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"

namespace stimmbuch::program {

// The ballots of one poll, one standing ballot for each voter. Choices that many ballots have in common are
// stored once.
class StandingBallots {
 public:
  // The 16 bytes of a voter's pseudonym.
  using Voter = std::array<std::byte, 16>;

  struct VoterHash {
    std::size_t operator()(const Voter& voter) const;
  };

  struct Ballot {
    std::uint32_t next_revision = 0;
    std::uint32_t vote = 0;          // 0: none stands
    std::uint64_t position : 63 {};  // of the last record
    std::uint64_t on_roll : 1 {};
  };

  // Votes that are no number of choices: not opened yet, and opened to what no ballot may say.
  static constexpr std::uint32_t sealed_vote = UINT32_MAX;
  static constexpr std::uint32_t invalid_vote = UINT32_MAX - 1;

  // The voter's ballot, an untouched one for a new voter. Valid until the next call.
  Ballot& of(const Voter& voter) { return ballots_[voter]; }
  // Null for who never voted.
  Ballot* find(const Voter& voter) {
    const auto found = ballots_.find(voter);
    return found == ballots_.end() ? nullptr : &found->second;
  }

  // How many ever voted.
  std::size_t voters() const { return ballots_.size(); }

  // Calls `visit(voter, ballot)` for everybody who ever voted.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [voter, ballot] : ballots_) visit(voter, ballot);
  }

  // The number of a vote, for Ballot::vote.
  std::uint32_t number_of(const std::vector<std::pair<std::uint16_t, std::int32_t>>& choices,
                          ballot::Channel channel);

  // The choices of a vote, as for_each_standing gives them, and its channel.
  using Choices = std::vector<std::pair<std::uint16_t, std::int32_t>>;
  std::pair<const Choices&, ballot::Channel> vote(std::uint32_t number) const {
    const Vote& vote = votes_.at(number - 1);
    return {vote.choices, vote.channel};
  }

  // Calls `visit(choices, channel)` for each standing ballot whose choices are known, as pairs of option and
  // points in their order.
  template <class Visit>
  void for_each_known(Visit&& visit) const {
    for (const auto& [voter, ballot] : ballots_) {
      if (ballot.vote == 0 || ballot.vote >= invalid_vote) continue;
      const Vote& vote = votes_[ballot.vote - 1];
      visit(vote.choices, vote.channel);
    }
  }

 private:
  struct Vote {
    std::vector<std::pair<std::uint16_t, std::int32_t>> choices;
    ballot::Channel channel;
  };
  boost::unordered_flat_map<Voter, Ballot, VoterHash> ballots_;
  std::vector<Vote> votes_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// One poll recounted.
class Recount::PollRecount {
 public:
  using Differ = std::function<void(std::string code, std::string detail)>;

  // Without ballots nothing is counted.
  PollRecount(const PollId& poll, Differ differ, bool has_ballots)
      : poll_(poll), differ_(std::move(differ)), has_ballots_(has_ballots) {}

  void claim(TallyClaim claim) { claim_ = std::move(claim); }

  // How many citizens are registered, before the poll is closed.
  void set_registered(std::uint64_t citizens) { registered_ = citizens; }

  // Both after the envelope was checked.
  void add_poll_event(const poll::Event& event, const Recorded& recorded, bool more);
  // `command`: as the record has it.
  void add_ballot_event(std::string_view voter, const ballot::Event& event, const Recorded& recorded,
                        std::string_view command);

  // Parts of what follows the closing; `leaf` is the hash of the part's record.
  void add_roll(const roll::PartAdded& part, Position position, const tlog::Hash& leaf, bool keep);
  // The entries that were to be kept.
  std::vector<roll::Entry> take_roll() { return std::exchange(kept_roll_, {}); }
  void add_openings(const opening::PartAdded& part, Position position, const tlog::Hash& leaf,
                    const LedgerId& ledger);

  // The ballot of a voter as it is.
  ballot::State ballot_of(std::string_view voter);

  // What was claimed and never came.
  void finish();

  bool opened_up_to(Position position) const { return state_.opened && *state_.opened <= position; }
  RecountedPoll result() const;

 private:
  bool is_possible(const poll::Event& event) const;
  // The ballots that stand, counted one by one.
  poll::Tally tally() const;
  void check_roll(const poll::RollCompleted& roll);
  void check_openings(const poll::OpeningsCompleted& openings);
  void check_opening(const opening::Opening& opening, const StandingBallots::Voter& voter,
                     const LedgerId& ledger);
  std::optional<std::uint32_t> vote_number(const ballot::Choices& choices, ballot::Channel channel);
  void check_count(const poll::ResultComputed& result);
  void check_counted_options();
  void check_claim(Position position);
  void check_claimed_figures(const poll::Tally& counted);
  void check_claimed_outcome();
  void differ(std::string code, std::string detail);

  PollId poll_;
  Differ differ_;
  const bool has_ballots_;
  poll::State state_;
  std::unordered_map<OptionId, std::uint16_t> index_;  // of the options
  StandingBallots ballots_;
  poll::Figures events_;  // cast, replaced, withdrawn
  // Of the standing ballot of each voter in a sealed poll: what an opening is held against.
  struct SealedVote {
    std::array<std::byte, 16> command;
    std::array<std::byte, 16> fingerprint;  // of the seal
  };
  boost::unordered_flat_map<StandingBallots::Voter, SealedVote, StandingBallots::VoterHash> seals_;
  // Standing ballots in the order of the log, once openings come, and how many are opened.
  std::vector<std::pair<Position, StandingBallots::Voter>> to_open_;
  std::size_t opened_ = 0;
  std::vector<roll::Entry> kept_roll_;
  std::int64_t roll_entries_ = 0;
  std::int64_t roll_ballots_ = 0;
  std::string roll_leaves_;
  std::string opening_leaves_;
  std::optional<std::uint64_t> registered_;
  std::optional<poll::Figures> counted_;
  std::optional<poll::Count> count_;  // our own, while the records of a count come
  std::optional<TallyClaim> claim_;
  std::optional<poll::Tally> claimed_tally_;  // our own tally at the position that the claim is for
  bool outcome_checked_ = false;
  std::int64_t counts_ = 0;
  std::size_t differences_ = 0;
};

}  // namespace stimmbuch::program
