#pragma once
#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/tools/client/server_url.hpp"

namespace stimmbuch::client {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";          // path and query, percent-encoded
  std::vector<Header> headers = {};  // besides Host, Authorization and Content-Length
  std::string body = {};
};

struct Response {
  unsigned status = 0;
  std::vector<Header> headers;
  std::string body;

  // The first field of that name in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

enum class ClientFault {
  invalid_request,     // nothing was sent: the request or the token cannot be written as HTTP
  unreachable,         // nothing was sent: no connection
  untrusted,           // nothing was sent: the server does not prove by a certificate that it is the one
  connection_lost,     // the outcome is unknown
  timed_out,           // the outcome is unknown
  malformed_response,  // not HTTP/1.1
  response_too_large,
};

// Why there is no response, in a sentence that names the server.
struct ClientError {
  ClientFault fault = ClientFault::connection_lost;
  std::string message;
};

struct ClientOptions {
  // Certificates (PEM) of the issuers that are trusted to tell who an https server is; empty: the system's.
  // Read for each connection.
  std::filesystem::path ca_file = {};

  std::chrono::milliseconds connect_timeout{5'000};   // for each address of the host, for TLS to begin
  std::chrono::milliseconds silence_timeout{60'000};  // for the request to be taken, for each part to come
  std::size_t max_body_bytes = std::size_t{64} << 20;
  std::size_t max_line_bytes = std::size_t{1} << 20;

  // A request is sent again when there was no connection, when the connection was lost, and after 429, 503
  // and 504. The pauses double from the first to the longest, or are what Retry-After says; one beyond the
  // total is not begun.
  int max_attempts = 10;
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{5'000};
  std::chrono::milliseconds total_pause{60'000};
  std::function<void(std::chrono::milliseconds)> pause = {};  // how to wait; empty: the thread sleeps
};

// Why certificates cannot be had from such a file, in a sentence.
std::expected<void, std::string> check_ca_file(const std::filesystem::path& ca_file);

// An HTTP/1.1 client for one server over one connection, which is kept open and made anew when it is lost.
// Over https (TLS 1.2 or newer) nothing is sent before the server has shown a certificate for its name.
//
// It may send a request more than once. The engine makes that safe: each of its writes takes an
// Idempotency-Key or ids of its own in each line, so callers give one. Calls block; one thread.
class HttpClient {
 public:
  // `token` is sent as the bearer token; none when empty.
  HttpClient(ServerUrl server, std::string token, ClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Sends the request and waits for the whole response, whatever its status.
  std::expected<Response, ClientError> send(const Request& request);

  // Takes one line of a response, without its line feed; false ends the reading.
  using LineHandler = std::function<bool(std::string_view line)>;

  // Sends the request and gives each line of a 2xx response as it arrives; the response returned has no body
  // then. Other responses are as in send(). Once a line was given the request is not sent again, and an
  // error means that lines are missing.
  std::expected<Response, ClientError> send_for_lines(const Request& request, const LineHandler& on_line);

 private:
  class Exchange;
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace stimmbuch::client
