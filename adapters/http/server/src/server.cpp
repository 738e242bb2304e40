#include "stimmbuch/adapters/http/server/server.hpp"

#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "connection.hpp"
#include "io_loop.hpp"
#include "listener.hpp"
#include "server_state.hpp"
#include "tls.hpp"

namespace stimmbuch::http {

class Server::Impl {
 public:
  Impl(const ServerOptions& options, BlockingPool& pool)
      : state_(std::make_shared<ServerState>(options, pool)) {
    for (std::size_t i = 0; i < options.io_threads; ++i) loops_.push_back(std::make_unique<IoLoop>());
  }

  Listener& add_listener(Handler& handler, const ListenOptions& options) {
    auto service = std::make_shared<const Service>(handler, options.allowed_hosts);
    std::shared_ptr<TlsIdentity> tls;
    if (options.tls) tls = identities_.emplace_back(std::make_shared<TlsIdentity>(*options.tls));
    return *listeners_.emplace_back(std::make_shared<Listener>(state_, loops_, std::move(service), tls));
  }

  void start() {
    for (const auto& listener : listeners_) listener->start();
    for (const auto& loop : loops_) {
      threads_.emplace_back([&loop = *loop] { loop.run(); });
    }
  }

  void reload_certificates() {
    for (const auto& identity : identities_) identity->reload();
  }

  bool drain(std::chrono::milliseconds grace) {
    state_->draining = true;
    close_listeners();
    on_every_loop([](IoLoop& loop) { loop.for_each_connection([](Connection& c) { c.drain(); }); });
    const bool done = state_->connections.wait_until_empty(Clock::now() + grace);
    stop();
    return done;
  }

  void stop() {
    if (state_->stopping.exchange(true)) return;
    close_listeners();
    on_every_loop([](IoLoop& loop) {
      loop.for_each_connection([](Connection& c) { c.cut(); });
      loop.finish();
    });
    threads_.clear();
    listeners_.clear();
  }

  ServerStats stats() const {
    ServerStats sum;
    sum.connections_now = state_->connections.taken();
    sum.event_streams_now = state_->event_streams.taken();
    sum.requests_in_progress_now = state_->requests_in_progress;
    for (const auto& loop : loops_) {
      const Counters& counters = loop->counters();
      sum.connections_accepted += counters.connections_accepted;
      sum.connections_refused += counters.connections_refused;
      sum.event_streams_dropped += counters.event_streams_dropped;
      sum.bytes_received += counters.bytes_received;
      sum.bytes_sent += counters.bytes_sent;
      for (std::size_t i = 0; i < sum.responses.size(); ++i) sum.responses[i] += counters.responses[i];
      for (std::size_t i = 0; i < sum.refusals.size(); ++i) sum.refusals[i] += counters.refusals[i];
    }
    return sum;
  }

 private:
  void close_listeners() {
    asio::post(loops_.front()->context(), [this] {
      for (const auto& listener : listeners_) listener->close();
    });
  }

  template <typename Do>
  void on_every_loop(Do action) {
    for (const auto& loop : loops_) asio::post(loop->context(), [&loop = *loop, action] { action(loop); });
  }

  std::shared_ptr<ServerState> state_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::vector<std::shared_ptr<TlsIdentity>> identities_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<std::jthread> threads_;
};

Server::Server(const ServerOptions& options, BlockingPool& pool)
    : impl_(std::make_unique<Impl>(options, pool)) {}

Server::~Server() {
  stop();
}

std::uint16_t Server::listen_tcp(const std::string& address, std::uint16_t port, Handler& handler,
                                 const ListenOptions& options) {
  return impl_->add_listener(handler, options).listen_tcp(address, port);
}

void Server::listen_unix(const std::string& path, Handler& handler, const ListenOptions& options) {
  impl_->add_listener(handler, options).listen_unix(path);
}

void Server::start() {
  impl_->start();
}

void Server::reload_certificates() {
  impl_->reload_certificates();
}

bool Server::drain(std::chrono::milliseconds grace) {
  return impl_->drain(grace);
}

void Server::stop() {
  impl_->stop();
}

ServerStats Server::stats() const {
  return impl_->stats();
}

}  // namespace stimmbuch::http
