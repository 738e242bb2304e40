#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "asio.hpp"
#include "mailbox.hpp"
#include "response_writer.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"

namespace stimmbuch::http {

class Connection;

// Written by one I/O thread, read by any.
struct Counters {
  using Counter = std::atomic<std::uint64_t>;
  Counter connections_accepted = 0;
  Counter connections_refused = 0;
  Counter event_streams_dropped = 0;
  Counter bytes_received = 0;
  Counter bytes_sent = 0;
  std::array<Counter, 6> responses{};
  std::array<Counter, refusal_count> refusals{};

  static void add(Counter& counter, std::uint64_t n = 1) { counter.fetch_add(n, std::memory_order_relaxed); }
};

// The event loop of one I/O thread, and what its connections share.
class IoLoop {
 public:
  IoLoop();
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  asio::io_context& context() { return context_; }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  Counters& counters() { return counters_; }

  // The body of the I/O thread: until finish() was called and the last connection has gone.
  void run();

  // The rest on the I/O thread only.

  void finish() { work_.reset(); }
  void add(Connection& connection);
  void remove(Connection& connection);
  // A visited connection may remove itself.
  template <typename Visit>
  void for_each_connection(Visit visit) {
    for (std::size_t i = connections_.size(); i-- > 0;) visit(*connections_[i]);
  }
  std::string_view date();

 private:
  void schedule_tick();

  asio::io_context context_{1};  // one thread runs it
  asio::executor_work_guard<Executor> work_{context_.get_executor()};
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>(context_);
  Counters counters_;
  DateText date_;
  std::vector<Connection*> connections_;
  Timer ticker_{context_};
};

}  // namespace stimmbuch::http
