#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/ids.hpp"

// The running count of a poll's ballots. It needs no state per voter, because events that replace or withdraw
// a vote repeat its choices.
namespace stimmbuch::poll {

struct BallotForm;
struct Option;
struct Rule;

// How many ballots there are. Standing ballots are cast − withdrawn; a replacement leaves their number alone.
struct Figures {
  std::int64_t cast = 0;
  std::int64_t replaced = 0;
  std::int64_t withdrawn = 0;
  std::int64_t blank = 0;   // standing, without a choice
  std::int64_t online = 0;  // standing, by channel
  std::int64_t paper = 0;
  std::int64_t invalid = 0;  // standing, opened to what the poll does not allow

  std::int64_t standing() const { return cast - withdrawn; }
  std::int64_t counted() const { return standing() - blank - invalid; }

  friend bool operator==(const Figures&, const Figures&) = default;
};

struct OptionTally {
  std::int64_t votes = 0;  // ballots that name the option
  std::int64_t score = 0;  // points or rank points; else the votes

  friend bool operator==(const OptionTally&, const OptionTally&) = default;
};

struct Tally {
  Figures figures;
  std::vector<OptionTally> options;  // as declared

  friend bool operator==(const Tally&, const Tally&) = default;
};

// Counts ballots of one poll into a tally. Built once per poll; applying a ballot costs a look-up per choice.
class BallotCounter {
 public:
  BallotCounter(const BallotForm& form, const Rule& rule, const std::vector<Option>& options);

  // Adds the ballot event to the tally; of a sealed ballot what is known before its opening. Throws
  // std::out_of_range for an option that the poll does not have, which no ballot of a sound log names; the
  // tally is then spoilt.
  void apply(Tally& tally, const ballot::Event& event) const;

  // Adds what a standing sealed ballot says. Throws as `apply` does.
  void open(Tally& tally, const std::optional<ballot::Choices>& choices) const;

  // A tally of the right shape without a ballot.
  Tally empty() const;

 private:
  void add(Tally& tally, const ballot::Choices& choices, ballot::Channel channel, std::int64_t sign) const;
  void add_choices(Tally& tally, const ballot::Choices& choices, std::int64_t sign) const;
  std::int64_t score(const ballot::Choice& choice, std::size_t rank) const;

  bool by_points_ = false;
  std::vector<std::int32_t> rank_points_;
  std::unordered_map<OptionId, std::size_t> index_;
};

}  // namespace stimmbuch::poll
