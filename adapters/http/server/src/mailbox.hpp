#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace stimmbuch::http {

// Something that other threads have news for.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  // On the I/O thread.
  virtual void wake() = 0;
};

// Hands news from any thread to one I/O thread. Cheap for whoever has much to hand over: only the first item
// since the last delivery wakes the I/O thread, which takes all of them at once. May outlive its io_context.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::io_context& context) : context_(context) {}

  // Any thread. `item->wake()` will run on the I/O thread, never inside this call; after close(), never.
  void push(std::shared_ptr<Wakeable> item);

  // By the I/O thread when it starts.
  void attach() { io_thread_ = std::this_thread::get_id(); }
  bool on_io_thread() const {
    return io_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  // When the I/O thread has ended and before the io_context goes.
  void close();

 private:
  void deliver();

  boost::asio::io_context& context_;
  std::atomic<std::thread::id> io_thread_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Wakeable>> items_;
  bool closed_ = false;
  std::vector<std::shared_ptr<Wakeable>> delivering_;  // I/O thread; kept for its capacity
};

}  // namespace stimmbuch::http
