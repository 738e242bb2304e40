#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace stimmbuch::client {

// Where a server listens: at a TCP port, behind TLS or not, or at a Unix socket when `socket_path` is not
// empty.
struct ServerUrl {
  bool tls = false;       // https
  std::string host = {};  // a name or an address, without brackets
  std::uint16_t port = 80;
  std::string socket_path = {};

  // The value of the header field Host.
  std::string authority() const;

  // The URL as people write it.
  std::string text() const;

  friend bool operator==(const ServerUrl&, const ServerUrl&) = default;
};

// Reads `https://HOST[:PORT]`, `http://HOST[:PORT]` or `unix:/PATH`. An error is a sentence that says what to
// write instead.
std::expected<ServerUrl, std::string> parse_server_url(std::string_view text);

// Reads `https://HOST[:PORT]/PATH`: the server, and the path there, which is empty where the URL has none.
std::expected<std::pair<ServerUrl, std::string>, std::string> parse_url(std::string_view text);

}  // namespace stimmbuch::client
