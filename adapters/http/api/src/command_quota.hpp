#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace stimmbuch::http::api {

// How many commands of a kind one principal may give in a window of time. As a bucket that holds as many as
// the quota and fills evenly (GCRA): who waits may catch up, but nobody gives more than twice the quota in
// any window. Bounded: of the principals of the last window it remembers at most 100 000, then it forgets all
// of them. From any thread.
class CommandQuota {
 public:
  using Clock = std::chrono::steady_clock;

  // `name`, a literal, is what clients are told was violated. A quota of 0 bounds nobody.
  CommandQuota(std::string_view name, std::uint32_t most, std::chrono::seconds window)
      : name_(name), most_(most), window_(window) {}

  std::string_view name() const { return name_; }
  std::uint32_t most() const { return most_; }
  std::chrono::seconds window() const { return window_; }

  // Takes one command; nothing, or how long until there is room for one.
  std::optional<std::chrono::seconds> take(const std::string& principal, Clock::time_point now);

 private:
  void forget_full_buckets(Clock::time_point now);

  const std::string_view name_;
  const std::uint32_t most_;
  const std::chrono::seconds window_;
  std::mutex mutex_;
  // When the bucket will be full again.
  std::unordered_map<std::string, Clock::time_point> full_at_;
};

}  // namespace stimmbuch::http::api
