#include "quota.hpp"

namespace stimmbuch::http {

std::optional<Quota::Place> Quota::take(AddressKey key) {
  const std::lock_guard lock(mutex_);
  if (total_ >= max_total_) return std::nullopt;
  if (key != 0) {
    const auto found = by_address_.find(key);
    if ((found == by_address_.end() ? 0 : found->second) >= max_per_address_) return std::nullopt;
    ++by_address_[key];
  }
  ++total_;
  return Place(this, key);
}

void Quota::release(AddressKey key) {
  const std::lock_guard lock(mutex_);
  if (key != 0) {
    const auto found = by_address_.find(key);
    if (--found->second == 0) by_address_.erase(found);
  }
  if (--total_ == 0) emptied_.notify_all();
}

std::size_t Quota::taken() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

bool Quota::wait_until_empty(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, deadline, [this] { return total_ == 0; });
}

}  // namespace stimmbuch::http
