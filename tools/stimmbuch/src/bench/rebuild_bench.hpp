#pragma once

#include <expected>
#include <filesystem>

#include "cli/console.hpp"
#include "cli/signals.hpp"

namespace stimmbuch::program {

enum class Rebuilt { tally, all };

// Folds the log of a data directory that nobody serves into new views, which are thrown away, with the worker
// of the engine; beside it reads the log in order and does nothing. The members of the summary.
std::expected<Json, Failure> bench_rebuild(Console& console, Signals& signals,
                                           const std::filesystem::path& data, Rebuilt rebuilt);

}  // namespace stimmbuch::program
