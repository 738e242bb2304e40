#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stimmbuch::test {

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  // without chunk framing

  // The first field of that name, in any case; empty if there is none.
  std::string field(std::string_view name) const;
  bool has_field(std::string_view name) const;
};

// A small blocking HTTP/1.1 client that can also misbehave. Nothing that it waits for takes longer than its
// patience; what takes longer is a std::runtime_error, as is everything that is not HTTP.
class HttpClient {
 public:
  static HttpClient tcp(std::uint16_t port, const std::string& address = "127.0.0.1");
  static HttpClient unix_socket(const std::string& path);

  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&& other) noexcept;
  ~HttpClient();

  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }

  // Sends these bytes as they are. Ignores that the peer has closed: what it said before is yet to be read.
  void send(std::string_view bytes);
  // Ends the sending direction.
  void finish_sending();

  // Whether there is something to read, or the server has closed, within this time.
  bool has_answer_within(std::chrono::milliseconds time);

  // Reads one answer; absent if the server closed instead. An answer to HEAD has no body.
  std::optional<HttpReply> receive(bool to_head = false);

  // Sends a request with Host, further header lines (each with its CRLF) and Content-Length if there is a
  // body, and reads the answer.
  HttpReply request(std::string_view method, std::string_view target, std::string_view body = {},
                    std::string_view header_lines = {});
  HttpReply get(std::string_view target) { return request("GET", target); }

  // Reads up to and with this text and returns all of it.
  std::string receive_until(std::string_view end);
  // Whether the server has closed and nothing is left to read; waits for that.
  bool is_closed();

 private:
  explicit HttpClient(int socket) : socket_(socket) {}
  bool read_more();
  std::string take(std::size_t bytes);
  std::string read_body(const HttpReply& reply);

  int socket_ = -1;
  std::chrono::milliseconds patience_{10'000};
  std::string received_;
};

}  // namespace stimmbuch::test
