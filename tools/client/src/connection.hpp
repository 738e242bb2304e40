#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/span_body.hpp>

#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::client {

// One connection at a time, plain or TLS, each operation with a deadline, behind which the connection is
// closed.
class Connection {
 public:
  using ErrorCode = boost::system::error_code;
  using Request = boost::beast::http::request<boost::beast::http::span_body<const char>>;
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  // A TLS server must show a certificate for its name by an issuer that is trusted; the deadline holds for
  // each address and for the handshake.
  std::expected<void, ClientError> open(const ServerUrl& server, const std::filesystem::path& ca_file,
                                        std::chrono::milliseconds timeout);
  bool is_open() const { return socket_.is_open(); }
  void close();

  ErrorCode write(Request& message, std::chrono::milliseconds timeout);
  ErrorCode read_header(Parser& parser, std::chrono::milliseconds timeout);
  // Reads what has arrived of the body into the parser's buffer.
  ErrorCode read_some(Parser& parser, std::chrono::milliseconds timeout);

  bool has_unread_bytes() const { return buffer_.size() > 0; }

 private:
  using Socket = boost::asio::generic::stream_protocol::socket;

  struct Tls {
    Tls(boost::asio::ssl::context trust, Socket& socket)
        : context(std::move(trust)), stream(socket, context) {}

    boost::asio::ssl::context context;
    boost::asio::ssl::stream<Socket&> stream;
  };

  ErrorCode reach(const ServerUrl& server, std::chrono::milliseconds timeout);
  ErrorCode connect(const boost::asio::generic::stream_protocol::endpoint& endpoint,
                    std::chrono::milliseconds timeout);
  std::expected<void, ClientError> begin_tls(const ServerUrl& server, const std::filesystem::path& ca_file,
                                             std::chrono::milliseconds timeout);

  // Starts an operation and waits for its end, or ends it at the deadline.
  template <typename Start>
  ErrorCode complete(std::chrono::milliseconds timeout, const Start& start);
  // The same on what carries HTTP.
  template <typename Start>
  ErrorCode complete_on_stream(std::chrono::milliseconds timeout, const Start& start);

  boost::asio::io_context context_{1};
  Socket socket_{context_};
  std::optional<Tls> tls_;  // also behind the close, for operations that end then
  boost::beast::flat_buffer buffer_;
};

}  // namespace stimmbuch::client
