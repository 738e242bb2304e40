#include "command_quota.hpp"

#include <algorithm>

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t remembered_max = 100'000;

}  // namespace

std::optional<std::chrono::seconds> CommandQuota::take(const std::string& principal, Clock::time_point now) {
  if (most_ == 0) return std::nullopt;
  const auto one = std::chrono::nanoseconds(window_) / most_;
  const std::lock_guard lock(mutex_);
  if (full_at_.size() >= remembered_max && !full_at_.contains(principal)) forget_full_buckets(now);
  auto& full_at = full_at_[principal];
  const auto taken = std::max(full_at, now) + one;
  if (taken - now > window_) return std::chrono::ceil<std::chrono::seconds>(taken - now - window_);
  full_at = taken;
  return std::nullopt;
}

void CommandQuota::forget_full_buckets(Clock::time_point now) {
  std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
  if (full_at_.size() >= remembered_max) full_at_.clear();
}

}  // namespace stimmbuch::http::api
