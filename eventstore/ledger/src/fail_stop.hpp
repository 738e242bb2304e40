#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

namespace stimmbuch::eventstore {

// The latch behind "after any failed write or sync nothing more is accepted". Any thread.
class FailStop {
 public:
  // `report` is told the reason that tripped it.
  explicit FailStop(std::function<void(std::string_view)> report) : report_(std::move(report)) {}

  // The first reason stands.
  void trip(const std::string& reason) {
    {
      const std::lock_guard lock(mutex_);
      if (tripped()) return;
      reason_ = reason;
      tripped_.store(true, std::memory_order_release);
    }
    report_("the ledger accepts nothing any more: " + reason);
  }

  bool tripped() const { return tripped_.load(std::memory_order_acquire); }

  std::string reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  std::function<void(std::string_view)> report_;
  std::atomic<bool> tripped_ = false;
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_
};

}  // namespace stimmbuch::eventstore
