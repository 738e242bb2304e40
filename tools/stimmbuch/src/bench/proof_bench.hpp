#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"

namespace stimmbuch::program {

// How long it takes to prove that a record lies in the log of a data directory, which nobody serves: `proofs`
// times at a random position, one after the other, as it is done for a receipt. Every proof is checked,
// outside of the time that is measured.
std::expected<Json, Failure> bench_proof(Signals& signals, const std::filesystem::path& data,
                                         std::uint64_t proofs);

}  // namespace stimmbuch::program
