#pragma once

#include <string_view>

#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"

// What a log says of itself: in its first record, and in the others of its own stream.
namespace stimmbuch::program {

// Throws std::runtime_error if there is none, or it is another one.
ledger::Created created_of(const eventstore::Records& log);
ledger::Created created_in(std::string_view first_record);

// The key that the log signs with at first.
tlog::VerifierKey log_key(const ledger::Created& created);

// The keys that it signs with, one after the other. Throws std::runtime_error as above, and if one is not
// signed by the one before.
tlog::KeyChain log_keys(const eventstore::Records& log);
// Adds the key that an event names, if it names one; false if the newest has not signed for it.
bool add_key_in(const ledger::Event& event, Position position, tlog::KeyChain& keys);

}  // namespace stimmbuch::program
