#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/domain.hpp"

// What one stream says, read from its records when somebody asks: neither is stored, since nearly all streams
// are ballots and views per vote would cost more disk than the vote.
namespace stimmbuch::projections {

// The title of an option in a poll; empty if it is not known.
using OptionTitle = std::function<LocalizedText(const PollId&, const OptionId&)>;

// The history of one subject in readable words, German and English, for auditors:
//   {"subject","purpose","entries":[{"position","revision","time","type","actor","text":{"de","en"}}…]}
// Nothing personal is in it: people stand as the ids of the record, texts of the vault as such.
class AuditTrail {
 public:
  AuditTrail(std::string_view subject, ledger::Purpose purpose, OptionTitle option_title);

  // Adds the next record of the stream. One that cannot be read says so in its entry.
  void add(Position position, std::string_view record);

  // The document; the trail is over.
  std::string finish();

 private:
  OptionTitle option_title_;
  std::string text_;
};

// A voter's own ballot:
//   {"poll","voter","purpose","standing":choices or
//   null,"channel","changes_left","changes":[{"position","revision",
//    "time","type","choices"}…]}
// In sealed polls no change shows choices, and "standing" is "sealed" until the poll's openings are complete;
// then what they say, or "invalid" if that is nothing the poll allows.
class OwnBallot {
 public:
  OwnBallot(const BallotId& ballot, ledger::Purpose purpose);

  // Adds the next record of the ballot's stream. Throws Unreadable.
  void add(Position position, std::string_view record);

  // The record of the ballot that stands, if it is sealed.
  std::optional<Position> sealed() const;

  // The document; the ballot is over. `opening`: of the record that `sealed` names, once the openings of its
  // poll are complete.
  std::string finish(const std::optional<opening::Opening>& opening = {});

 private:
  ballot::State state_;
  std::optional<Position> last_sealed_;  // if the newest record is sealed
  std::string head_;
  std::string changes_;
};

}  // namespace stimmbuch::projections
