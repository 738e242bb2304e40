#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "bench/bench_poll.hpp"
#include "bench/http_load.hpp"
#include "cli/console.hpp"
#include "cli/signals.hpp"

// Measurements of an engine that serves, and beside it of a reference: another server, which answers the same
// requests with a constant.
namespace stimmbuch::program {

struct HttpBenchPlan {
  std::filesystem::path data;               // of the engine
  std::optional<client::ServerUrl> server;  // that serves it already; absent: one is started
  std::optional<client::ServerUrl> reference;
  std::size_t connections = 0;
};

// Votes, each in a request of its own; the members of the summary.
std::expected<Json, Failure> bench_votes(Console& console, Signals& signals, const HttpBenchPlan& plan,
                                         std::uint64_t votes);

struct QueryPlan {
  std::uint64_t requests = 0;
  std::uint64_t votes = 0;            // of the poll whose tally is read, on an engine that is started
  std::optional<std::string> target;  // what is read instead
};

// Reading a document; the members of the summary.
std::expected<Json, Failure> bench_queries(Console& console, Signals& signals, const HttpBenchPlan& plan,
                                           const QueryPlan& query);

}  // namespace stimmbuch::program
