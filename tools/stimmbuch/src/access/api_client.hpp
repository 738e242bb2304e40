#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

// A command that a person gives: with its key a repeat has no second effect.
struct PersonCommand {
  std::string method = "POST";
  std::string target;
  std::string key;    // 16 to 128 letters, digits and any of - . _ ~ :
  std::string token;  // empty: the client's
  Json body = {};     // null: none
};

// Speaks to the HTTP interface of an engine; what does not succeed becomes a Failure that says what the
// server said. One thread.
class ApiClient {
 public:
  ApiClient(client::ServerUrl server, std::string token, client::ClientOptions options = {})
      : client_(std::move(server), std::move(token), std::move(options)) {}

  std::expected<Json, Failure> get(std::string target);
  std::expected<Json, Failure> give(const PersonCommand& command);
  std::expected<Json, Failure> send(const client::Request& request);

  // Any 2xx answer.
  std::expected<client::Response, Failure> send_raw(const client::Request& request);
  // A document that is not JSON, of whatever type the server calls it.
  std::expected<std::string, Failure> get_bytes(std::string target);
  // Line by line; false ends the reading.
  std::expected<void, Failure> send_for_lines(const client::Request& request,
                                              const client::HttpClient::LineHandler& on_line);

 private:
  client::HttpClient client_;
};

// A token that an engine mints through its operator interface: {"token","expires"}.
std::expected<Json, Failure> mint_token(ApiClient& engine, std::string_view role, std::string_view subject,
                                        std::chrono::seconds ttl);

// The tally document of a poll, once it reflects a position: a projection may be a moment behind the log.
std::expected<Json, Failure> tally_at(ApiClient& client, std::string_view poll, std::uint64_t position);

// The position that all projections have reached; by the operator interface.
std::expected<std::uint64_t, Failure> projected_position(ApiClient& engine);

// For a server whose documents are none of an engine.
std::unexpected<Failure> no_engine(const client::ServerUrl& server);

// A position, which documents write as a string of digits; 0 for anything else.
std::uint64_t position_of(const Json& value);

}  // namespace stimmbuch::program
