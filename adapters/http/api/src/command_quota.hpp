#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace stimmbuch::http::api {

// How many commands one principal may give in a minute. As a bucket that holds as many as the quota and fills
// evenly (GCRA): who waits may catch up, but nobody gives more than twice the quota in any minute. Bounded:
// of the principals of the last minute it remembers at most 100 000, then it forgets all of them. From any
// thread.
class CommandQuota {
 public:
  using Clock = std::chrono::steady_clock;

  // A quota of 0 bounds nobody.
  explicit CommandQuota(std::uint32_t per_minute) : per_minute_(per_minute) {}

  std::uint32_t per_minute() const { return per_minute_; }

  // Takes one command; nothing, or how long until there is room for one.
  std::optional<std::chrono::seconds> take(const std::string& principal, Clock::time_point now);

 private:
  void forget_full_buckets(Clock::time_point now);

  const std::uint32_t per_minute_;
  std::mutex mutex_;
  // When the bucket will be full again.
  std::unordered_map<std::string, Clock::time_point> full_at_;
};

}  // namespace stimmbuch::http::api
