#pragma once

#include <span>
#include <stdexcept>

#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// Throws std::invalid_argument unless the records are such as Ledger::append takes.
inline void require_appendable(std::span<const NewRecord> records) {
  if (records.empty()) throw std::invalid_argument("a group of no records");
  for (const auto& record : records) {
    if (record.bytes.empty() || record.bytes.size() > max_record_bytes)
      throw std::invalid_argument("a record of " + std::to_string(record.bytes.size()) + " bytes");
    if (record.bytes.contains('\n')) throw std::invalid_argument("a record with a newline");
  }
}

// Throws std::logic_error where the visible head follows by itself.
inline void require_shown_by_hand(Visibility visibility) {
  if (visibility != Visibility::when_shown)
    throw std::logic_error("the ledger shows records when they are synced");
}

}  // namespace stimmbuch::eventstore
