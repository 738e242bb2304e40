#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

// A command that an official or a citizen gives: with its key a repeat has no second effect.
struct Post {
  std::string target;
  std::string key;
  Json body = Json::object();
};

// Speaks to the HTTP interface of an engine; what does not succeed becomes a Failure that says what the
// server said. One thread.
class ApiClient {
 public:
  ApiClient(client::ServerUrl server, std::string token, client::ClientOptions options = {})
      : client_(std::move(server), std::move(token), std::move(options)) {}

  std::expected<Json, Failure> get(std::string target);
  std::expected<Json, Failure> post(const Post& post);
  std::expected<Json, Failure> send(const client::Request& request);

  // Any 2xx answer.
  std::expected<client::Response, Failure> send_raw(const client::Request& request);
  // Line by line; false ends the reading.
  std::expected<void, Failure> send_for_lines(const client::Request& request,
                                              const client::HttpClient::LineHandler& on_line);

 private:
  client::HttpClient client_;
};

// The tally document of a poll, once it reflects a position: a projection may be a moment behind the log.
std::expected<Json, Failure> tally_at(ApiClient& client, std::string_view poll, std::uint64_t position);

// A position, which documents write as a string of digits; 0 for anything else.
std::uint64_t position_of(const Json& value);

}  // namespace stimmbuch::program
