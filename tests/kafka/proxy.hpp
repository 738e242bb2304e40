#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

// A network that can be bad.
namespace stimmbuch::test {

// A socket of TCP on this machine.
class Socket {
 public:
  Socket() : number_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (number_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  }
  explicit Socket(int number) : number_(number) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(number_); }

  int number() const { return number_; }
  // Whoever waits for it, in any thread, waits no more.
  void end() const { ::shutdown(number_, SHUT_RDWR); }

 private:
  const int number_;
};

// Brings bytes between clients that come to one port and the server at another, as well as it is told to. Any
// thread; each connection has two of its own.
class Proxy {
 public:
  Proxy(std::uint16_t port, std::uint16_t server_port, std::uint64_t seed)
      : server_(address(server_port)), random_(seed) {
    const int yes = 1;
    ::setsockopt(listener_.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const auto own = address(port);
    if (::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::listen(listener_.number(), SOMAXCONN) != 0) {
      throw std::system_error(errno, std::generic_category(), "a proxy cannot listen");
    }
    listening_ = std::jthread([this] { listen(); });
  }
  ~Proxy() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    listener_.end();
    listening_.join();
    cut();
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // Ends all connections, with what is under way.
  void cut() {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_) connection.end();
  }
  // Takes connections and what they bring, and hands nothing on …
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  // … until here.
  void release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  // From now on each piece takes a time by chance, up to this.
  void delay(std::chrono::milliseconds most) {
    const std::lock_guard lock(mutex_);
    delay_max_ = most;
  }

 private:
  struct Connection {
    explicit Connection(int accepted) : client(accepted) {}
    void end() const {
      client.end();
      server.end();
    }

    Socket client;
    Socket server;
    std::atomic<int> ways_open = 2;
    std::jthread there;
    std::jthread back;
  };

  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void listen() {
    while (true) {
      const int accepted = ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (ended_) {
        if (accepted >= 0) ::close(accepted);
        return;
      }
      connections_.remove_if([](const Connection& connection) { return connection.ways_open == 0; });
      if (accepted < 0) continue;
      Connection& fresh = connections_.emplace_back(accepted);
      const auto* const to = reinterpret_cast<const sockaddr*>(&server_);
      if (::connect(fresh.server.number(), to, sizeof server_) != 0) {
        connections_.pop_back();
        continue;
      }
      fresh.there = std::jthread([this, &fresh] { carry(fresh, fresh.client, fresh.server); });
      fresh.back = std::jthread([this, &fresh] { carry(fresh, fresh.server, fresh.client); });
    }
  }

  void carry(Connection& connection, const Socket& from, const Socket& to) {
    std::array<char, 16 * 1024> bytes{};
    while (true) {
      const auto size = ::recv(from.number(), bytes.data(), bytes.size(), 0);
      if (size <= 0) break;
      take_time();
      if (!send({bytes.data(), static_cast<std::size_t>(size)}, to)) break;
    }
    connection.end();
    --connection.ways_open;
  }

  static bool send(std::string_view bytes, const Socket& to) {
    while (!bytes.empty()) {
      const auto sent = ::send(to.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void take_time() {
    std::unique_lock lock(mutex_);
    const auto time = std::uniform_int_distribution<std::int64_t>(0, delay_max_.count())(random_);
    changed_.wait_for(lock, std::chrono::milliseconds{time}, [this] { return ended_; });
    changed_.wait(lock, [this] { return !held_ || ended_; });
  }

  const sockaddr_in server_;
  Socket listener_;

  std::mutex mutex_;  // guards the next five
  std::mt19937_64 random_;
  std::chrono::milliseconds delay_max_{0};
  bool held_ = false;
  bool ended_ = false;
  std::list<Connection> connections_;
  std::condition_variable changed_;

  std::jthread listening_;  // last: it uses everything above
};

}  // namespace stimmbuch::test
