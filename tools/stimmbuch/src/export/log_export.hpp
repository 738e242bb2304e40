#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "access/api_client.hpp"
#include "cli/console.hpp"
#include "cli/failure.hpp"

namespace stimmbuch::program {

// Gives a file of a log by its name.
using FetchLogFile = std::function<std::expected<std::string, Failure>(const std::string& name)>;

// The files of an engine's log, below its `prefix`: "/log/", or "/admin/log/" on the operator's socket. The
// client must outlive it.
FetchLogFile fetch_from(ApiClient& client, std::string prefix);

struct ExportedLog {
  std::string origin;
  std::uint64_t records = 0;
  std::uint64_t files = 0;    // of its tiles and bundles
  std::uint64_t fetched = 0;  // those of them that were not there yet
};

// Brings a directory up to the newest checkpoint of a log: files that are there already stay, the checkpoint
// is replaced last, when everything that it promises is durable. So whoever reads the directory meanwhile, or
// after a crash, sees a whole log, and a second run goes on. Refuses a directory with another log, or with
// one that does not go on as this one does.
std::expected<ExportedLog, Failure> export_log(const FetchLogFile& fetch,
                                               const std::filesystem::path& directory, Console& console);

}  // namespace stimmbuch::program
