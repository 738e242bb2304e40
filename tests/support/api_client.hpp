#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "http_client.hpp"

namespace stimmbuch::test {

using Json = nlohmann::json;

// Where an engine listens.
struct Endpoints {
  std::uint16_t port = 0;
  std::filesystem::path admin;  // the operator's socket

  HttpClient connect() const { return HttpClient::tcp(port); }
  HttpClient connect_admin() const { return HttpClient::unix_socket(admin.string()); }
};

// A new token, by the operator's socket; std::runtime_error if none is given.
std::string mint(const Endpoints& engine, std::string_view role, std::string_view subject,
                 std::int64_t ttl_s = 3600);

// All records of the log.
std::vector<Json> records_of(const Endpoints& engine);
std::uint64_t head_of(const Endpoints& engine);

// An Idempotency-Key that nobody has used.
std::string fresh_key();

// The header lines of a command.
std::string key_line(std::string_view key);

// One person with a token, on a connection of their own.
class Caller {
 public:
  Caller(const Endpoints& engine, std::string_view role, std::string_view subject);

  HttpReply get(std::string_view target, std::string_view header_lines = {});
  // Commands, under a new key each.
  HttpReply post(std::string_view target, const Json& body = Json::object());
  HttpReply put(std::string_view target, const Json& body);
  HttpReply remove(std::string_view target);
  // A command under this key.
  HttpReply send(std::string_view method, std::string_view target, std::string_view body,
                 std::string_view key, std::string_view header_lines = {});
  // Lines for the bulk route.
  HttpReply bulk(std::string_view lines);
  // Any request, with the token.
  HttpReply request(std::string_view method, std::string_view target, std::string_view body,
                    std::string_view header_lines);

  const std::string& token() const { return token_; }
  HttpClient& client() { return client_; }

 private:
  std::string token_;
  HttpClient client_;
};

// The lines of an answer of the bulk route.
std::vector<Json> lines_of(const HttpReply& reply);

}  // namespace stimmbuch::test
