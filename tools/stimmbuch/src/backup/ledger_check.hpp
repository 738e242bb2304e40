#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <stop_token>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"

namespace stimmbuch::eventstore {
class RocksLedger;
}

namespace stimmbuch::program {

// Opens the ledger in a directory, which nobody else has open.
std::expected<std::unique_ptr<eventstore::RocksLedger>, Failure> open_ledger(
    const std::filesystem::path& directory);

// Reads every record and holds it against the tree that lies beside it; a failure names the position, or says
// that it was told to stop.
std::expected<void, Failure> check_records(const eventstore::RocksLedger& log, Console& console,
                                           const std::stop_token& stop = {});

// Whether a checkpoint is one of this ledger: signed by its key, and of its records. Its size lies in it.
std::expected<void, Failure> check_checkpoint(const eventstore::RocksLedger& log,
                                              const tlog::SignedCheckpoint& checkpoint);

}  // namespace stimmbuch::program
