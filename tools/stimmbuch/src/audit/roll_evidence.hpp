#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/eventstore/checkpoints/statement.hpp"

namespace stimmbuch::program {

// Which entries of a roll a throw of public dice picks: `count` different ones of `entries`, or all if there
// are fewer (docs/formats/rolls.md). Nobody can know them before the dice are thrown, and everybody
// afterwards.
std::vector<std::size_t> drawn_entries(const poll::PartsDigest& digest, std::string_view seed,
                                       std::size_t entries, std::size_t count);

// What the operator says of drawn entries: who they are, and the number by which the entry opens.
struct OpenedDraw {
  struct Entry {
    VoterId voter;
    CitizenId citizen;
    crypto::Digest number{};
  };

  PollId poll;
  std::string seed;
  std::size_t count = 0;
  std::vector<Entry> entries;
};

// An error says what is wrong with the file.
std::expected<OpenedDraw, std::string> parse_opened_draw(std::string_view file);

// What people and dice tell of rolls beside the log, to be held against them.
class RollEvidence {
 public:
  // What was found: `of_draw` tells a draw from a statement.
  using Find = std::function<void(bool of_draw, std::string detail)>;
  using IsElector = std::function<bool(const CitizenId& citizen)>;

  void add(std::string source, const checkpoints::Statement& statement);
  void add(std::string source, OpenedDraw draw);

  std::size_t statements() const { return statements_.size(); }
  std::size_t drawn() const;
  // Whom the operator names as the people behind drawn entries.
  std::vector<CitizenId> drawn_citizens() const;
  bool concerns(const PollId& poll) const;

  // Holds everything about a poll against its roll: its entries in order, and who satisfied its rule.
  void check(const LedgerId& ledger, const PollId& poll, const poll::RollCompleted& roll,
             std::span<const roll::Entry> entries, const IsElector& is_elector, const Find& find);
  // What was about polls whose roll never came.
  void finish(const Find& find) const;

 private:
  template <class What>
  struct Sourced {
    std::string source;
    What what;
    bool checked = false;
  };

  std::vector<Sourced<checkpoints::Statement>> statements_;
  std::vector<Sourced<OpenedDraw>> draws_;
};

}  // namespace stimmbuch::program
