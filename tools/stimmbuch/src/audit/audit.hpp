#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "access/data_directory.hpp"
#include "audit/recount.hpp"
#include "cli/signals.hpp"

namespace stimmbuch::program {

struct AuditReport {
  std::uint64_t records = 0;
  std::vector<RecountedPoll> polls;
  std::vector<Difference> differences;  // at most Recount::differences_kept
  std::size_t difference_count = 0;
};

// Recounts a ledger from its records alone, on a hard-link copy so that serving goes on, and compares the
// engine's tallies and counts with it. A signal ends it.
std::expected<AuditReport, Failure> recount_ledger(DataDirectory& data, Console& console, Signals& signals);

// As `audit recount` tells it to people.
void print(Console& console, const AuditReport& report);

}  // namespace stimmbuch::program
