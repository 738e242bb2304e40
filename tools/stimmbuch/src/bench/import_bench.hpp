#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "cli/console.hpp"

namespace stimmbuch::program {

// Writes a participatory budget in the format of pabulib.org, with the votes by project that importing it
// must come to.
void write_bench_election(const std::filesystem::path& file, std::uint64_t ballots);

// Imports the file with `stimmbuch import pabulib` into an engine that serves a new ledger, each in a process
// of its own. `progress` is how the import tells of its progress. The members of the summary.
std::expected<Json, Failure> bench_import(const std::filesystem::path& data,
                                          const std::filesystem::path& file,
                                          const std::vector<std::string>& progress);

}  // namespace stimmbuch::program
