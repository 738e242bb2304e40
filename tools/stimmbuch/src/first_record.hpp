#pragma once

#include <string_view>

#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/tlog/note.hpp"

// What a log says of itself in its first record.
namespace stimmbuch::program {

// Throws std::runtime_error if there is none, or it is another one.
ledger::Created created_of(const eventstore::Records& log);
ledger::Created created_in(std::string_view first_record);

// The key that the log signs with.
tlog::VerifierKey log_key(const ledger::Created& created);

}  // namespace stimmbuch::program
