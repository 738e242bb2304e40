#include "connection.hpp"

#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace stimmbuch::client {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

// What makes servers prove who they are: the issuers of the file, or without one the system's.
std::expected<asio::ssl::context, std::string> trust_in(const std::filesystem::path& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  context.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
    if (error) return std::unexpected("cannot read the system's certificates: " + error.message());
  } else if (context.load_verify_file(ca_file, error)) {
    return std::unexpected(
        fmt::format("cannot read certificates (PEM) from {}: {}", ca_file.string(), error.message()));
  } else {
    // Each of the file is trusted as it is, also one that has an issuer itself.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
  }
  return context;
}

// Asks for the host's certificate, and accepts no other; false if that cannot be said. Only what stands in a
// certificate as a name of servers counts, not its subject.
bool expect_host(SSL* ssl, std::string host) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
  error_code is_name;
  asio::ip::make_address(host, is_name);
  if (!is_name) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(expected,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return !host.empty() && X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

std::string trouble_with_certificate(long verdict, const std::string& host,
                                     const std::filesystem::path& ca_file) {
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // by another one of the same name
      return ca_file.empty() ? "its issuer is unknown to this machine; name the issuer's by --ca-file FILE"
                             : fmt::format("its issuer is not in {}", ca_file.string());
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it has expired; whoever runs the server must renew it";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "it is not valid yet; is the clock of this machine right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("it is not for {}; write a name that it is for", host);
    default:
      return X509_verify_cert_error_string(verdict);
  }
}

std::unexpected<ClientError> failed(ClientFault fault, std::string message) {
  return std::unexpected(ClientError{fault, std::move(message)});
}

std::unexpected<ClientError> unreachable(const ServerUrl& server, error_code error) {
  return failed(ClientFault::unreachable, fmt::format("cannot reach {}: {}", server.text(), error.message()));
}

}  // namespace

std::expected<void, std::string> check_ca_file(const std::filesystem::path& ca_file) {
  if (auto trust = trust_in(ca_file); !trust) return std::unexpected(std::move(trust.error()));
  return {};
}

template <typename Start>
error_code Connection::complete(milliseconds timeout, const Start& start) {
  error_code result = asio::error::would_block;
  start([&result](error_code error, auto&&...) { result = error; });
  context_.restart();
  context_.run_for(timeout);
  if (result == asio::error::would_block) {
    close();
    context_.run();
    return asio::error::timed_out;
  }
  return result;
}

template <typename Start>
error_code Connection::complete_on_stream(milliseconds timeout, const Start& start) {
  return complete(timeout, [&](auto done) {
    if (tls_) {
      start(tls_->stream, std::move(done));
    } else {
      start(socket_, std::move(done));
    }
  });
}

std::expected<void, ClientError> Connection::open(const ServerUrl& server,
                                                  const std::filesystem::path& ca_file,
                                                  milliseconds timeout) {
  close();
  tls_.reset();
  if (const error_code error = reach(server, timeout)) return unreachable(server, error);
  if (!server.tls) return {};
  return begin_tls(server, ca_file, timeout);
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
  buffer_.clear();
}

error_code Connection::reach(const ServerUrl& server, milliseconds timeout) {
  if (!server.socket_path.empty()) {
    return connect(asio::local::stream_protocol::endpoint(server.socket_path), timeout);
  }
  asio::ip::tcp::resolver resolver(context_);
  error_code error;
  const auto addresses = resolver.resolve(server.host, std::to_string(server.port), error);
  for (const auto& address : addresses) {
    close();
    error = connect(address.endpoint(), timeout);
    if (error) continue;
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    break;
  }
  return error;
}

error_code Connection::connect(const asio::generic::stream_protocol::endpoint& endpoint,
                               milliseconds timeout) {
  return complete(timeout, [&](auto done) { socket_.async_connect(endpoint, std::move(done)); });
}

std::expected<void, ClientError> Connection::begin_tls(const ServerUrl& server,
                                                       const std::filesystem::path& ca_file,
                                                       milliseconds timeout) {
  auto trust = trust_in(ca_file);
  if (!trust) return failed(ClientFault::untrusted, std::move(trust.error()));
  tls_.emplace(std::move(*trust), socket_);
  SSL* const ssl = tls_->stream.native_handle();
  if (!expect_host(ssl, server.host)) {
    return failed(ClientFault::untrusted,
                  fmt::format("no certificate can be for the name in {}", server.text()));
  }
  const error_code error = complete(timeout, [&](auto done) {
    tls_->stream.async_handshake(asio::ssl::stream_base::client, std::move(done));
  });
  if (!error) return {};
  if (const long verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK) {
    return failed(ClientFault::untrusted,
                  fmt::format("{} shows a certificate that is not trusted: {}", server.text(),
                              trouble_with_certificate(verdict, server.host, ca_file)));
  }
  if (error.category() == asio::error::get_ssl_category()) {
    return failed(ClientFault::untrusted,
                  fmt::format("{} does not speak TLS 1.2 or newer ({}); is it an http:// address?",
                              server.text(), error.message()));
  }
  return unreachable(server, error);
}

error_code Connection::write(Request& message, milliseconds timeout) {
  return complete_on_stream(
      timeout, [&](auto& stream, auto done) { http::async_write(stream, message, std::move(done)); });
}

error_code Connection::read_header(Parser& parser, milliseconds timeout) {
  return complete_on_stream(timeout, [&](auto& stream, auto done) {
    http::async_read_header(stream, buffer_, parser, std::move(done));
  });
}

error_code Connection::read_some(Parser& parser, milliseconds timeout) {
  return complete_on_stream(timeout, [&](auto& stream, auto done) {
    http::async_read_some(stream, buffer_, parser, std::move(done));
  });
}

}  // namespace stimmbuch::client
