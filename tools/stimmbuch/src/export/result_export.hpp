#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "cli/failure.hpp"
#include "export/log_export.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

struct ExportedResult {
  std::string origin;
  std::uint64_t position = 0;  // of the count
  std::int64_t ballots = 0;    // counted
  std::string ballot_file;     // empty: they are too few to be shown
};

// Writes the result of a counted poll with everything that shows it to be right into a directory, which is
// there whole at the end or not at all; it must not be there before. The poll is recounted, and its own
// records are proved to be in the log, before anything is written. The same log at the same checkpoint gives
// the same bytes. Memory: about 100 bytes for each ballot.
//
//   result.json  options.csv  ballots.pb or ballots.blt (not below ten counted ballots)
//   records.ndjson  proofs/<position>.tlog-proof  checkpoint  log.vkey  manifest.json
//
// Ballots stand in the order of their records' leaf hashes, which says nothing of when they were cast.
std::expected<ExportedResult, Failure> export_result(const PollId& poll, const FetchLogFile& fetch,
                                                     const std::filesystem::path& directory);

}  // namespace stimmbuch::program
