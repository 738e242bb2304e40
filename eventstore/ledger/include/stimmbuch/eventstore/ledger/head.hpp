#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "stimmbuch/eventstore/ledger/position.hpp"

namespace stimmbuch::eventstore {

class Head;

// Keeps a listener subscribed until it is destroyed, which waits for a call in progress: afterwards the
// listener is not called any more. Must end before the ledger, and not from within the listener.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept : head_(std::exchange(other.head_, nullptr)), id_(other.id_) {}
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

 private:
  friend class Head;
  Subscription(Head& head, std::uint64_t id) : head_(&head), id_(id) {}

  Head* head_ = nullptr;
  std::uint64_t id_ = 0;
};

// How far a log reaches for somebody, and the place to wait for more. It never goes back. raise() belongs to
// one thread at a time, all else to any.
class Head {
 public:
  using Listener = std::function<void(Position)>;

  explicit Head(Position start) : position_(number(start)) {}

  Position get() const { return Position{position_.load(std::memory_order_acquire)}; }

  // Lets the log reach `to`, which is not below get(): wakes the waiting, then calls the listeners, on this
  // thread.
  void raise(Position to);

  // Blocks until get() > position, the deadline has passed, or close(); returns get().
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const;

  // Ends all waits, those to come included.
  void close();

  // `listener` is called once per raise, with the new head. It must be quick, must not throw, and must
  // neither subscribe nor end a subscription.
  Subscription subscribe(Listener listener);

 private:
  friend class Subscription;
  void unsubscribe(std::uint64_t id);

  std::atomic<std::uint64_t> position_;

  mutable std::mutex wait_mutex_;  // makes a raise and the test before a wait exclude each other
  mutable std::condition_variable raised_;
  bool closed_ = false;  // guarded by wait_mutex_

  std::mutex listeners_mutex_;  // held while listeners run, so that ending a subscription waits for them
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_listener_ = 0;
};

}  // namespace stimmbuch::eventstore
