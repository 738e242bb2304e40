#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/http/server/handler.hpp"
#include "stimmbuch/adapters/http/server/limits.hpp"
#include "stimmbuch/adapters/http/server/refusal.hpp"

namespace stimmbuch::http {

struct ServerOptions {
  Limits limits;
  // Each has its own event loop; a connection stays with one of them.
  std::size_t io_threads = 1;
  // Told what a handler or a chunk source threw. Called on I/O and pool threads, on several at once.
  std::function<void(std::string_view what)> on_fault = [](std::string_view) {};
};

// PEM files of a server certificate with its chain, and of its key.
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;
};

struct ListenOptions {
  // Names that the Host field may have, without port; others get 421. Empty: any.
  std::vector<std::string> allowed_hosts = {};
  std::optional<TlsFiles> tls = {};  // TLS 1.2 or newer; absent: plain
};

// Sums since the start, and present numbers where the name says so.
struct ServerStats {
  std::size_t connections_now = 0;
  std::size_t event_streams_now = 0;
  std::size_t requests_in_progress_now = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;    // over the bound in total or per address
  std::uint64_t event_streams_dropped = 0;  // because the client fell behind
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::array<std::uint64_t, 6> responses{};             // by the first digit of the status
  std::array<std::uint64_t, refusal_count> refusals{};  // by Refusal
};

// An HTTP/1.1 server on TCP and Unix sockets with its own threads. It checks framing, bounds everything and
// keeps the deadlines; what a request means is the handlers' business.
//
// Its functions are called from one thread (that of main), except stats(). Faults of the system (an address
// in use, say) are thrown as std::system_error.
class Server {
 public:
  // `pool` serves chunked answers and must outlive the server.
  Server(const ServerOptions& options, BlockingPool& pool);
  ~Server();  // stops

  // Binds and listens; clients wait in the backlog until start(). `handler` must outlive the server.
  // Port 0 takes a free one. Returns the port.
  std::uint16_t listen_tcp(const std::string& address, std::uint16_t port, Handler& handler,
                           const ListenOptions& options = {});

  // The socket file gets mode 0600; one that a dead process left behind is replaced. stop() removes it.
  void listen_unix(const std::string& path, Handler& handler, const ListenOptions& options = {});

  void start();

  // Reads the TLS files again, for connections to come. Throws std::system_error if that fails; the old
  // certificate stays in use then.
  void reload_certificates();

  // Accepts nothing more, closes idle connections, answers what is under way with `Connection: close`, ends
  // event streams with an event `bye`, and stops: when all is done, or when `grace` is over. Returns whether
  // nothing had to be cut off.
  bool drain(std::chrono::milliseconds grace = std::chrono::seconds(25));

  // Cuts everything off and joins the threads. Idempotent. Afterwards no handler and no chunk source runs.
  void stop();

  // Any thread.
  ServerStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stimmbuch::http
