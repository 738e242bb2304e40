#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "asio.hpp"

namespace stimmbuch::http {

// An IPv4 address or an IPv6 /64 network as a number; 0 stands for peers that are not counted by address.
using AddressKey = std::uint64_t;

// Bounds how many of something there are, in total and per address. Thread-safe.
class Quota {
 public:
  Quota(std::size_t total, std::size_t per_address) : max_total_(total), max_per_address_(per_address) {}

  // One of the bounded things; gives its place back when destroyed. Must not outlive the quota.
  class Place {
   public:
    Place(Place&& other) noexcept : quota_(std::exchange(other.quota_, nullptr)), key_(other.key_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (quota_ != nullptr) quota_->release(key_);
    }

   private:
    friend class Quota;
    Place(Quota* quota, AddressKey key) : quota_(quota), key_(key) {}
    Quota* quota_;
    AddressKey key_;
  };

  // Absent if a bound is reached.
  std::optional<Place> take(AddressKey key);

  std::size_t taken() const;
  bool wait_until_empty(Clock::time_point deadline);

 private:
  void release(AddressKey key);

  const std::size_t max_total_;
  const std::size_t max_per_address_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::size_t total_ = 0;
  std::unordered_map<AddressKey, std::size_t> by_address_;
};

}  // namespace stimmbuch::http
