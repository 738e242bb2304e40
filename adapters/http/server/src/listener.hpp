#pragma once

#include <memory>
#include <span>
#include <string>

#include "asio.hpp"
#include "connection.hpp"
#include "io_loop.hpp"
#include "server_state.hpp"
#include "tls.hpp"

namespace stimmbuch::http {

// Accepts connections on one address and hands them to the I/O loops in turn. Lives on the first loop.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(std::shared_ptr<ServerState> state, std::span<const std::unique_ptr<IoLoop>> loops,
           std::shared_ptr<const Service> service, std::shared_ptr<const TlsIdentity> tls);
  ~Listener() { close(); }

  // Both before start(); throw std::system_error.
  std::uint16_t listen_tcp(const std::string& address, std::uint16_t port);
  void listen_unix(const std::string& path);

  void start();
  // On the first loop's thread, or when that has ended. Idempotent.
  void close();

 private:
  void listen(const asio::generic::stream_protocol::endpoint& endpoint);
  Task<> accept(std::shared_ptr<Listener> keep_alive);
  void welcome(IoLoop& loop, Socket socket);
  void refuse(Socket& socket);

  const std::shared_ptr<ServerState> state_;
  const std::span<const std::unique_ptr<IoLoop>> loops_;
  const std::shared_ptr<const Service> service_;
  const std::shared_ptr<const TlsIdentity> tls_;  // none: plain
  Acceptor acceptor_;
  Timer pause_;
  std::string unix_path_;
};

}  // namespace stimmbuch::http
