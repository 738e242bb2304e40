#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "bench/latencies.hpp"
#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"
#include "stimmbuch/tools/client/server_url.hpp"

namespace stimmbuch::program {

// Requests for a server, and how it must answer them.
struct HttpLoad {
  client::ServerUrl server;
  std::string_view what;  // the requests, in the plural
  std::size_t connections = 1;
  std::uint64_t requests = 0;
  // The bytes of a request, head and body. They live until its answer has come.
  std::function<std::string_view(std::uint64_t number)> request;
  unsigned status = 200;
  // Whether the body of an answer is as it must be.
  std::function<bool(std::uint64_t number, std::string_view body)> accepts = [](auto, auto) { return true; };
};

struct HttpLoadResult {
  double requests_per_second = 0;
  Latencies latencies;
};

// Sends all requests over connections that are kept open, each with one request at a time, and holds the
// server to its answers: a single wrong one is a failure. One thread, and as little work for a request as
// possible, so that what is measured is the server.
std::expected<HttpLoadResult, Failure> run_http_load(const HttpLoad& load, Console& console,
                                                     Signals& signals);

// The bytes of a request; `fields` are lines of the head with their ends.
std::string http_request(std::string_view method, std::string_view target, const client::ServerUrl& server,
                         std::string_view fields = {}, std::string_view body = {});

}  // namespace stimmbuch::program
