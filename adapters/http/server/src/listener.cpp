#include "listener.hpp"

#include <cstring>
#include <system_error>
#include <tuple>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "stimmbuch/adapters/http/server/problem.hpp"

namespace stimmbuch::http {

namespace {

using Endpoint = asio::generic::stream_protocol::endpoint;

// After an error: above all, for file descriptors to become free.
constexpr std::chrono::milliseconds accept_pause{100};

asio::ip::tcp::endpoint to_tcp(const Endpoint& endpoint) {
  asio::ip::tcp::endpoint tcp;
  tcp.resize(endpoint.size());
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  return tcp;
}

Peer peer_of(const Endpoint& endpoint, bool count_loopback) {
  const int family = endpoint.protocol().family();
  if (family != AF_INET && family != AF_INET6) return {};
  asio::ip::address address = to_tcp(endpoint).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  Peer peer{address.to_string(), 0};
  if (address.is_loopback() && !count_loopback) return peer;
  if (address.is_v4()) {
    peer.key = (std::uint64_t{1} << 32) | address.to_v4().to_uint();  // no global /64 looks like this
  } else {
    const auto bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) peer.key = peer.key << 8 | bytes[i];
  }
  return peer;
}

// Removes the socket file of a process that is gone; leaves a living one's and other files alone, so that
// binding fails.
void remove_dead_socket(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  boost::system::error_code error;
  if (probe.connect(asio::local::stream_protocol::endpoint(path), error) == asio::error::connection_refused) {
    unlink(path.c_str());
  }
}

void check(const boost::system::error_code& error, const std::string& what) {
  if (error) throw std::system_error(error.value(), std::system_category(), what);
}

}  // namespace

Listener::Listener(std::shared_ptr<ServerState> state, std::span<const std::unique_ptr<IoLoop>> loops,
                   std::shared_ptr<const Service> service, std::shared_ptr<const TlsIdentity> tls)
    : state_(std::move(state)),
      loops_(loops),
      service_(std::move(service)),
      tls_(std::move(tls)),
      acceptor_(loops.front()->context()),
      pause_(loops.front()->context()) {}

std::uint16_t Listener::listen_tcp(const std::string& address, std::uint16_t port) {
  const std::string what = "listening on " + address + " port " + std::to_string(port);
  boost::system::error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
  check(error, what);
  check(acceptor_.open(endpoint.protocol(), error), what);
  check(acceptor_.set_option(asio::socket_base::reuse_address(true), error), what);
  check(acceptor_.bind(endpoint, error), what);
  check(acceptor_.listen(asio::socket_base::max_listen_connections, error), what);
  return to_tcp(acceptor_.local_endpoint()).port();
}

void Listener::listen_unix(const std::string& path) {
  const std::string what = "listening on " + path;
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::system_error(std::make_error_code(std::errc::filename_too_long), what);
  }
  remove_dead_socket(path);
  const asio::local::stream_protocol::endpoint endpoint(path);
  boost::system::error_code error;
  check(acceptor_.open(endpoint.protocol(), error), what);
  // On Linux the file gets its mode from the socket: at no moment can others connect.
  if (fchmod(acceptor_.native_handle(), 0600) != 0)
    throw std::system_error(errno, std::system_category(), what);
  check(acceptor_.bind(endpoint, error), what);
  unix_path_ = path;
  check(acceptor_.listen(asio::socket_base::max_listen_connections, error), what);
}

void Listener::start() {
  spawn(acceptor_.get_executor(), accept(shared_from_this()));
}

void Listener::close() {
  boost::system::error_code ignored;
  std::ignore = acceptor_.close(ignored);
  pause_.cancel();
  if (!unix_path_.empty()) unlink(std::exchange(unix_path_, {}).c_str());
}

Task<> Listener::accept([[maybe_unused]] std::shared_ptr<Listener> keep_alive) {
  for (std::size_t turn = 0; acceptor_.is_open(); turn = (turn + 1) % loops_.size()) {
    IoLoop& loop = *loops_[turn];
    Socket socket(loop.context());
    const auto [error] = co_await acceptor_.async_accept(socket, as_values);
    if (!error) {
      welcome(loop, std::move(socket));
    } else if (acceptor_.is_open()) {
      pause_.expires_after(accept_pause);
      co_await pause_.async_wait(as_values);
    }
  }
}

void Listener::welcome(IoLoop& loop, Socket socket) {
  Counters& counters = loops_.front()->counters();
  boost::system::error_code error;
  const Endpoint remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const Peer peer = peer_of(remote, state_->limits.count_loopback);
  std::ignore = socket.non_blocking(true, error);
  auto place = state_->connections.take(peer.key);
  if (!place) {
    Counters::add(counters.connections_refused);
    refuse(socket);
    return;
  }
  Counters::add(counters.connections_accepted);
  if (!peer.address.empty()) std::ignore = socket.set_option(asio::ip::tcp::no_delay(true), error);
  auto transport =
      tls_ ? make_tls_transport(std::move(socket), tls_->context()) : make_plain_transport(std::move(socket));
  auto connection =
      std::make_shared<Connection>(state_, loop, service_, std::move(transport), peer, std::move(*place));
  asio::post(loop.context(), [connection = std::move(connection)] { connection->start(); });
}

// As well as it can be done at once: nothing is read, and nothing waited for, so not with TLS.
void Listener::refuse(Socket& socket) {
  if (tls_) return;
  const Response response = problem(Refusal::overloaded);
  std::string answer;
  append_head(answer, response, {BodyFraming::sized, true, false, loops_.front()->date()});
  answer += body_of(response);
  boost::system::error_code ignored;
  std::ignore = socket.write_some(asio::buffer(answer), ignored);
}

}  // namespace stimmbuch::http
