#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "audit/people.hpp"
#include "stimmbuch/domain/ballot.hpp"

namespace stimmbuch::program {

// The ballots of one poll, one standing ballot for each voter. Choices that many ballots have in common are
// stored once. Memory: 33 bytes a voter and 6 bytes a choice, and what their tables have in reserve.
class StandingBallots {
 public:
  using Voter = PersonKey;
  using Choices = std::vector<std::pair<std::uint16_t, std::int32_t>>;  // options and points, in their order

  struct Ballot {
    std::uint32_t next_revision = 0;
    std::uint32_t vote = 0;          // 0: none stands
    std::uint64_t position : 63 {};  // of the last record
    std::uint64_t on_roll : 1 {};
  };

  // Votes that are no number of choices: not opened yet, and opened to what no ballot may say.
  static constexpr std::uint32_t sealed_vote = UINT32_MAX;
  static constexpr std::uint32_t invalid_vote = UINT32_MAX - 1;

  StandingBallots() = default;
  StandingBallots(const StandingBallots&) = delete;
  StandingBallots& operator=(const StandingBallots&) = delete;

  // The voter's ballot, an untouched one for a new voter. Valid until the next call.
  Ballot& of(const Voter& voter) { return ballots_[voter]; }
  // Null for who never voted.
  Ballot* find(const Voter& voter) {
    const auto found = ballots_.find(voter);
    return found == ballots_.end() ? nullptr : &found->second;
  }
  const Ballot* find(const Voter& voter) const {
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
  std::uint32_t number_of(const Choices& choices, ballot::Channel channel);

  // What a number stands for: choices and channel.
  std::pair<Choices, ballot::Channel> vote(std::uint32_t number) const;

  // Calls `visit(choices, channel)` for each standing ballot whose choices are known.
  template <class Visit>
  void for_each_known(Visit&& visit) const {
    Choices choices;
    for (const auto& [voter, ballot] : ballots_) {
      if (ballot.vote == 0 || ballot.vote >= invalid_vote) continue;
      const auto channel = read(ballot.vote, choices);
      visit(std::as_const(choices), channel);
    }
  }

 private:
  // Compares votes by their bytes, whether they are stored or only looked for.
  struct Hash {
    using is_transparent = void;
    const StandingBallots* ballots;
    std::size_t operator()(std::uint32_t number) const;
    std::size_t operator()(std::string_view bytes) const;
  };
  struct Equal {
    using is_transparent = void;
    const StandingBallots* ballots;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::string_view a, std::uint32_t b) const { return a == ballots->bytes_of(b); }
    bool operator()(std::uint32_t a, std::string_view b) const { return ballots->bytes_of(a) == b; }
  };

  std::string_view bytes_of(std::uint32_t number) const;
  ballot::Channel read(std::uint32_t number, Choices& choices) const;

  PersonMap<Ballot> ballots_;
  std::string votes_;                // one behind the other: the channel, then 6 bytes for each choice
  std::vector<std::uint64_t> ends_;  // of each in there
  boost::unordered_flat_set<std::uint32_t, Hash, Equal> numbers_{0, Hash{this}, Equal{this}};
};

}  // namespace stimmbuch::program
