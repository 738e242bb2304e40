#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/ledger/position.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"
#include "stimmbuch/eventstore/tlog/note.hpp"

// The promise of a log that it has a record, before a checkpoint proves it. A signed note:
//
//   <origin>/receipt
//   <position>
//   <base64 hash of the record>
//
// The key is the log's, under the name in the first line: so no receipt can be taken for a checkpoint. While
// the key changes, both sign.
namespace stimmbuch::checkpoints {

struct Receipt {
  std::string origin;
  eventstore::Position position;
  tlog::Hash leaf;
};

tlog::Note receipt(std::string_view origin, eventstore::Position position, const tlog::Hash& leaf,
                   std::span<const crypto::Secret> seeds);

// One that the log signed. An error says what is wrong.
std::expected<Receipt, std::string> open_receipt(std::string_view note, const tlog::VerifierKey& log);

}  // namespace stimmbuch::checkpoints
