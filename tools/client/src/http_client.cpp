#include "stimmbuch/tools/client/http_client.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <fmt/format.h>

#include "connection.hpp"

namespace stimmbuch::client {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::uint32_t max_header_bytes = 64 << 10;
constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           token_marks.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c != '\x7F') || c == '\t' || c < 0; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

// The seconds of Retry-After; the form with a date is not used by the engine.
std::optional<milliseconds> retry_after(const Response& response) {
  const std::string_view text = response.header("Retry-After");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

// Whether the server, asked again, may well answer otherwise.
bool is_worth_repeating(const std::expected<Response, ClientError>& result) {
  if (result) return result->status == 429 || result->status == 503 || result->status == 504;
  return result.error().fault == ClientFault::unreachable ||
         result.error().fault == ClientFault::connection_lost;
}

// Cuts what arrives of one response into lines.
class LineSplitter {
 public:
  LineSplitter(const HttpClient::LineHandler& on_line, std::size_t max_line_bytes)
      : on_line_(on_line), max_line_bytes_(max_line_bytes) {}

  enum class Result { go_on, stopped, too_long };

  Result add(std::string_view bytes) {
    for (;;) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      if (end > max_line_bytes_ - line_.size()) return Result::too_long;
      line_.append(bytes.substr(0, end));
      if (end == bytes.size()) return Result::go_on;
      bytes.remove_prefix(end + 1);
      if (!give()) return Result::stopped;
    }
  }

  // Gives a last line that has no line feed.
  void finish() {
    if (!line_.empty()) give();
  }

  // Forgets the beginning of a line whose rest was lost.
  void restart() { line_.clear(); }

  bool has_given() const { return has_given_; }

 private:
  bool give() {
    has_given_ = true;
    const bool go_on = on_line_(line_);
    line_.clear();
    return go_on;
  }

  const HttpClient::LineHandler& on_line_;
  std::size_t max_line_bytes_;
  std::string line_;
  bool has_given_ = false;
};

}  // namespace

std::string_view Response::header(std::string_view name) const {
  for (const Header& field : headers) {
    if (boost::beast::iequals(field.name, name)) return field.value;
  }
  return {};
}

class HttpClient::Exchange {
 public:
  Exchange(ServerUrl server, std::string token, ClientOptions options)
      : server_(std::move(server)), token_(std::move(token)), options_(std::move(options)) {
    if (!options_.pause) options_.pause = [](milliseconds time) { std::this_thread::sleep_for(time); };
  }

  using Result = std::expected<Response, ClientError>;

  std::size_t max_line_bytes() const { return options_.max_line_bytes; }

  // Sends the request as often as the options allow. Lines are taken from a 2xx response if there is
  // `lines`.
  Result send(const Request& request, LineSplitter* lines) {
    if (!is_sendable(request)) {
      return failed(ClientFault::invalid_request,
                    "the request or the token has characters that HTTP does not allow");
    }
    milliseconds waited{0};
    milliseconds next_pause = options_.first_pause;
    for (int attempt = 1;; ++attempt) {
      Result result = send_once(request, lines);
      if (has_given(lines) || attempt >= options_.max_attempts || !is_worth_repeating(result)) return result;

      const milliseconds pause = (result ? retry_after(*result) : std::nullopt).value_or(next_pause);
      if (pause > options_.total_pause - waited) return result;
      options_.pause(pause);
      waited += pause;
      next_pause = std::min(next_pause * 2, options_.longest_pause);
    }
  }

 private:
  static bool has_given(const LineSplitter* lines) { return lines != nullptr && lines->has_given(); }

  static std::unexpected<ClientError> failed(ClientFault fault, std::string message) {
    return std::unexpected(ClientError{fault, std::move(message)});
  }

  bool is_sendable(const Request& request) const {
    const auto is_valid = [](const Header& field) {
      return is_token(field.name) && is_field_value(field.value);
    };
    return is_token(request.method) && is_target(request.target) && is_field_value(token_) &&
           std::ranges::all_of(request.headers, is_valid);
  }

  // The connection's end by `error`.
  std::unexpected<ClientError> lost(error_code error) {
    connection_.close();
    if (error == asio::error::timed_out) {
      return failed(ClientFault::timed_out, fmt::format("{} has been silent for {} s", server_.text(),
                                                        options_.silence_timeout.count() / 1000));
    }
    const bool is_http_error = error.category() == make_error_code(http::error::end_of_stream).category();
    if (is_http_error && error != http::error::end_of_stream && error != http::error::partial_message) {
      return failed(ClientFault::malformed_response,
                    fmt::format("{} does not answer in HTTP: {}", server_.text(), error.message()));
    }
    return failed(ClientFault::connection_lost,
                  fmt::format("lost the connection to {}: {}", server_.text(), error.message()));
  }

  // A server may close a connection between two requests, so a failure of one that was kept open is no
  // failure of the server.
  Result send_once(const Request& request, LineSplitter* lines) {
    if (connection_.is_open()) {
      Result result = exchange(request, lines);
      if (result || has_given(lines) || result.error().fault != ClientFault::connection_lost) return result;
    }
    if (auto opened = connection_.open(server_, options_.ca_file, options_.connect_timeout); !opened) {
      connection_.close();
      return std::unexpected(std::move(opened.error()));
    }
    return exchange(request, lines);
  }

  Result exchange(const Request& request, LineSplitter* lines) {
    const error_code write_error = write(request);
    if (write_error == asio::error::timed_out) return lost(write_error);

    Connection::Parser parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(boost::none);  // bounded by read_body, as lines may pass without end
    parser.skip(request.method == "HEAD");
    // A server that refuses a request may answer before it has taken all of it.
    const error_code read_error = connection_.read_header(parser, options_.silence_timeout);
    if (read_error) return lost(write_error ? write_error : read_error);

    Response response{.status = parser.get().result_int(), .headers = {}, .body = {}};
    for (const auto& field : parser.get()) {
      response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    const bool is_success = response.status >= 200 && response.status < 300;
    if (auto body = read_body(parser, is_success ? lines : nullptr, response.body); !body) {
      connection_.close();
      return std::unexpected(std::move(body.error()));
    }
    if (write_error || !parser.is_done() || !parser.keep_alive() || connection_.has_unread_bytes()) {
      connection_.close();
    }
    return response;
  }

  error_code write(const Request& request) {
    Connection::Request message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, server_.authority());
    if (!token_.empty()) message.set(http::field::authorization, "Bearer " + token_);
    for (const Header& field : request.headers) message.set(field.name, field.value);
    message.body() = {request.body.data(), request.body.size()};
    message.prepare_payload();
    return connection_.write(message, options_.silence_timeout);
  }

  // Reads the body into `kept`, or gives it to `lines` until their taker has enough.
  std::expected<void, ClientError> read_body(Connection::Parser& parser, LineSplitter* lines,
                                             std::string& kept) {
    if (lines != nullptr) lines->restart();
    auto& body = parser.get().body();
    while (!parser.is_done()) {
      body.data = part_.data();
      body.size = part_.size();
      const error_code error = connection_.read_some(parser, options_.silence_timeout);
      if (error && error != http::error::need_buffer) return lost(error);
      const std::string_view part(part_.data(), part_.size() - body.size);

      if (lines == nullptr) {
        if (part.size() > options_.max_body_bytes - kept.size()) {
          return too_large("a response", options_.max_body_bytes);
        }
        kept.append(part);
        continue;
      }
      switch (lines->add(part)) {
        case LineSplitter::Result::go_on:
          break;
        case LineSplitter::Result::stopped:
          return {};
        case LineSplitter::Result::too_long:
          return too_large("a line", options_.max_line_bytes);
      }
    }
    if (lines != nullptr) lines->finish();
    return {};
  }

  std::unexpected<ClientError> too_large(std::string_view what, std::size_t max_bytes) const {
    return failed(ClientFault::response_too_large,
                  fmt::format("{} sent {} of more than {} bytes", server_.text(), what, max_bytes));
  }

  ServerUrl server_;
  std::string token_;
  ClientOptions options_;
  Connection connection_;
  std::vector<char> part_ = std::vector<char>(std::size_t{64} << 10);
};

HttpClient::HttpClient(ServerUrl server, std::string token, ClientOptions options)
    : exchange_(std::make_unique<Exchange>(std::move(server), std::move(token), std::move(options))) {}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

std::expected<Response, ClientError> HttpClient::send(const Request& request) {
  return exchange_->send(request, nullptr);
}

std::expected<Response, ClientError> HttpClient::send_for_lines(const Request& request,
                                                                const LineHandler& on_line) {
  LineSplitter lines(on_line, exchange_->max_line_bytes());
  return exchange_->send(request, &lines);
}

}  // namespace stimmbuch::client
