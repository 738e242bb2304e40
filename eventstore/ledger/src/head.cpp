#include "stimmbuch/eventstore/ledger/head.hpp"

#include <cassert>

namespace stimmbuch::eventstore {

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  std::swap(head_, other.head_);
  std::swap(id_, other.id_);
  return *this;
}

Subscription::~Subscription() {
  if (head_ != nullptr) head_->unsubscribe(id_);
}

void Head::raise(Position to) {
  assert(to >= get());
  {
    const std::lock_guard lock(wait_mutex_);
    position_.store(number(to), std::memory_order_release);
  }
  raised_.notify_all();
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(to);
}

Position Head::wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const {
  if (get() > position) return get();
  std::unique_lock lock(wait_mutex_);
  raised_.wait_until(lock, deadline, [&] { return closed_ || get() > position; });
  return get();
}

void Head::close() {
  {
    const std::lock_guard lock(wait_mutex_);
    closed_ = true;
  }
  raised_.notify_all();
}

Subscription Head::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  const auto id = next_listener_++;
  listeners_.emplace(id, std::move(listener));
  return {*this, id};
}

void Head::unsubscribe(std::uint64_t id) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(id);
}

}  // namespace stimmbuch::eventstore
