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

class LogDirectory;

// Gives a file of a log by its name.
using FetchLogFile = std::function<std::expected<std::string, Failure>(const std::string& name)>;

// The files of an engine's log, below its `prefix`: "/log/", or "/admin/log/" on the operator's socket. The
// client must outlive it.
FetchLogFile fetch_from(ApiClient& client, std::string prefix);

// The files of an exported log. It must outlive this.
FetchLogFile fetch_from(const LogDirectory& directory);

enum class ExportKind {
  all_records,    // auditors' material
  for_everybody,  // no entries, but the bundles of counted polls
};

struct ExportedLog {
  std::string origin;
  std::uint64_t records = 0;
  std::uint64_t files = 0;    // of its tiles and bundles
  std::uint64_t fetched = 0;  // those of them that were not there yet
  std::uint64_t bundles = 0;  // of polls, made anew
};

// Brings a directory up to the newest checkpoint of a log: files that are there already stay, the checkpoint
// is replaced last, when everything that it promises is durable. So whoever reads the directory meanwhile, or
// after a crash, sees a whole log, and a second run goes on. Refuses a directory with another log, with one
// that does not go on as this one does, or with an export of the other kind.
std::expected<ExportedLog, Failure> export_log(const FetchLogFile& fetch,
                                               const std::filesystem::path& directory, ExportKind kind,
                                               Console& console);

}  // namespace stimmbuch::program
