#pragma once

#include <expected>
#include <filesystem>
#include <memory>

#include "cli/failure.hpp"
#include "engine.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

// Of an engine inside the process of a benchmark: on a ledger of purpose demo, with HTTP at a free port.
EngineOptions bench_engine_options(std::filesystem::path data);

// When its writer fails later, the answers to commands tell.
std::expected<std::unique_ptr<Engine>, Failure> start_bench_engine(const EngineOptions& options);

// The ledger of a data directory that nobody serves; made if it is not there.
std::expected<std::unique_ptr<eventstore::RocksLedger>, Failure> open_bench_log(
    const std::filesystem::path& data);

}  // namespace stimmbuch::program
