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

#include "audit/people.hpp"
#include "audit/recount.hpp"
#include "audit/standing_ballots.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"

namespace stimmbuch::program {

// One poll recounted, or in one pass over the log the portion of its voters that the pass looks at.
class Recount::PollRecount {
 public:
  using Differ = std::function<void(std::string code, std::string detail)>;

  // What passes add up to.
  struct Sums {
    // Where figures are held against the ballots: what stands there, and how many ever voted.
    struct Place {
      poll::Tally tally;
      std::size_t voters = 0;
    };
    std::vector<Place> places;  // in the order of the log
    std::vector<bool> opens;    // of all openings: whether they open a standing ballot
    std::size_t voters = 0;     // at the end
    std::size_t differences = 0;
  };

  // Without ballots nothing is counted.
  PollRecount(const PollId& poll, Differ differ, bool has_ballots, Portion portion)
      : poll_(poll), differ_(std::move(differ)), has_ballots_(has_ballots), portion_(portion) {}
  // The same poll in the next pass, behind finish().
  PollRecount(PollRecount&& before, Portion portion)
      : poll_(before.poll_),
        differ_(std::move(before.differ_)),
        has_ballots_(before.has_ballots_),
        portion_(portion),
        sums_(std::move(before.sums_)),
        claim_(std::move(before.claim_)) {}

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

  // The ballot of a voter of the portion as it is.
  ballot::State ballot_of(std::string_view voter) const;

  // Behind the last record.
  void finish();

  bool opened_up_to(Position position) const { return state_.opened && *state_.opened <= position; }
  RecountedPoll result() const;

 private:
  bool is_possible(const poll::Event& event) const;
  void count(const ballot::Event& event);
  void take_vote(const StandingBallots::Voter& voter, const ballot::Event& event, const Recorded& recorded,
                 std::string_view command);
  // The ballots that stand, counted one by one, those of the passes before with them: in the last pass all.
  const Sums::Place& add_up();
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
  // What every pass sees.
  void differ_once(std::string code, std::string detail);

  const PollId poll_;
  Differ differ_;
  const bool has_ballots_;
  const Portion portion_;
  Sums sums_;
  std::size_t place_ = 0;  // the next one
  poll::State state_;
  std::unordered_map<OptionId, std::uint16_t> index_;  // of the options
  StandingBallots ballots_;
  poll::Figures events_;  // cast, replaced, withdrawn
  // Of the standing ballot of each voter in a sealed poll: what an opening is held against.
  struct SealedVote {
    std::array<std::byte, 16> command;
    std::array<std::byte, 16> fingerprint;  // of the seal
  };
  static std::array<std::byte, 16> fingerprint(const ballot::Seal& seal);
  PersonMap<SealedVote> seals_;
  // Standing ballots in the order of the log, once openings come, and up to where their openings came.
  std::vector<std::pair<Position, StandingBallots::Voter>> to_open_;
  std::size_t opened_ = 0;
  std::size_t openings_ = 0;
  std::vector<roll::Entry> kept_roll_;
  std::int64_t roll_entries_ = 0;
  std::int64_t roll_ballots_ = 0;
  std::string roll_leaves_;
  std::string opening_leaves_;
  std::optional<std::uint64_t> registered_;
  std::optional<poll::Figures> counted_;
  std::optional<poll::Count> count_;  // our own, while the records of a count come
  std::optional<TallyClaim> claim_;
  std::optional<poll::Tally> claimed_tally_;  // our own at the position of the claim, in the last pass
  bool outcome_checked_ = false;
  std::int64_t counts_ = 0;
};

}  // namespace stimmbuch::program
