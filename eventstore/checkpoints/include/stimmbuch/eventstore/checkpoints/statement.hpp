#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/ledger/position.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/note.hpp"

// What the engine tells a citizen of themselves on a poll's roll, signed by the log, so that it cannot tell
// two people the same pseudonym, or show an abstainer as a voter, without leaving proof. A signed note:
//
//   <origin>/statement
//   ledger <id>
//   poll <id>
//   citizen <id>
//   pseudonym <id>
//   number <base64url of 32 bytes>
//   ballot <position, 0: none stood at the closing>
namespace stimmbuch::checkpoints {

struct Statement {
  LedgerId ledger;
  PollId poll;
  CitizenId citizen;
  VoterId voter;
  crypto::Digest number{};  // by which the entry on the roll opens
  eventstore::Position ballot{};
};

tlog::Note statement(std::string_view origin, const Statement& says, std::span<const crypto::Secret> seeds);

// One that any key of the log signed. An error says what is wrong.
std::expected<Statement, std::string> open_statement(std::string_view note, const tlog::KeyChain& log);

}  // namespace stimmbuch::checkpoints
