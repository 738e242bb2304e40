#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "bench/bench_poll.hpp"
#include "bench/http_load.hpp"
#include "cli/console.hpp"
#include "cli/signals.hpp"

namespace stimmbuch::program {

// Citizens of an engine over HTTP: each with a token, registered, and with the request for the one vote.
class BenchTown {
 public:
  struct Place {
    client::ServerUrl server;
    client::ServerUrl admin;  // where the tokens come from
  };

  BenchTown(Console& console, Signals& signals, Place place, std::size_t connections)
      : console_(console), signals_(signals), place_(std::move(place)), connections_(connections) {}

  // Tokens and registration. Registering is a command with a vault row, so how fast it went is a figure too.
  std::expected<HttpLoadResult, Failure> settle(std::uint64_t citizens);

  // The vote of every citizen, in another order than they registered, at the engine or, with the same bytes,
  // at another server.
  HttpLoad votes(const std::string& poll, const client::ServerUrl& server);

 private:
  std::expected<void, Failure> mint_tokens(std::uint64_t citizens);
  std::string authorization(std::uint64_t citizen, std::string_view command) const;

  Console& console_;
  Signals& signals_;
  const Place place_;
  const std::size_t connections_;
  std::vector<std::string> tokens_;
  std::vector<std::string> requests_;
};

}  // namespace stimmbuch::program
