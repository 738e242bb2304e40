#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::program {

// The roll of a closed poll, made from the log up to its closing and from the contest's secret, and so the
// same whenever and wherever it is made. Memory: about 150 bytes for each citizen of a pass, of whom there
// are at most `citizens_per_pass`; a log with more is read several times. One thread.
class RollMaker {
 public:
  static constexpr std::size_t citizens_per_pass = 250'000;

  // Takes the entries of one part; false ends the work.
  using Part = std::function<bool(std::vector<roll::Entry> entries)>;
  // Whether to end early.
  using Stopped = std::function<bool()>;

  // The poll is closed. Everything must outlive this.
  RollMaker(const eventstore::Records& log, const LedgerId& ledger, const PollId& id, const poll::State& poll,
            const crypto::Mac& contest, Stopped stopped, std::size_t citizens_max = citizens_per_pass);

  // Hands out all entries in order, in parts. False if it was ended early. Throws std::runtime_error for a
  // record that cannot be read.
  bool make(const Part& part);

  // The totals, behind `make`; `parts` and `digest` are for the caller to fill in.
  poll::RollCompleted totals() const;

 private:
  class Pass;

  void count(const citizen::Cell* cell, bool at_opening, bool voted);

  const eventstore::Records& log_;
  const LedgerId ledger_;
  const PollId id_;
  const poll::State& poll_;
  const crypto::Mac& contest_;
  const Stopped stopped_;
  const std::size_t citizens_max_;
  poll::RollCompleted totals_;
  std::vector<poll::CellTurnout> cells_;
};

// How many characters of a pseudonym name about a hundred entries of a roll of this size, or more, so that
// who looks one up does not tell which.
std::uint32_t lookup_prefix(std::int64_t entries);

// The cells as they are published: those with fewer than ten entitled citizens together, with the smallest
// others if that is too few; none if there are fewer than ten in all.
std::vector<poll::CellTurnout> published_cells(std::vector<poll::CellTurnout> cells);

}  // namespace stimmbuch::program
