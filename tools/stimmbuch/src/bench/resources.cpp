#include "bench/resources.hpp"

#include <system_error>

#include <sys/resource.h>

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 200ms;
constexpr int quiet_looks = 10;   // without a change: at rest
constexpr int looks_max = 1'500;  // five minutes

// Files come and go while an engine works, so one that is not there any more counts nothing.
std::uint64_t bytes_below(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code gone;
  for (auto entry = std::filesystem::recursive_directory_iterator(directory, gone);
       !gone && entry != std::filesystem::recursive_directory_iterator(); entry.increment(gone)) {
    std::error_code ignored;
    if (const auto size = entry->file_size(ignored); !ignored) bytes += size;
  }
  return bytes;
}

}  // namespace

double cpu_us(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::uint64_t max_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::expected<DiskUse, Failure> disk_use_at_rest(const std::filesystem::path& data, Signals& signals) {
  std::uint64_t last = 0;
  for (int looks = 0, quiet = 0; quiet < quiet_looks && looks < looks_max; ++looks) {
    if (const auto signal = signals.wait(between_looks))
      return failed(ended_by(*signal), "the benchmark was interrupted");
    const auto now = bytes_below(data);
    quiet = now == last ? quiet + 1 : 0;
    last = now;
  }
  return DiskUse{bytes_below(data / "log"), bytes_below(data / "index"), bytes_below(data / "vault"),
                 bytes_below(data / "views")};
}

}  // namespace stimmbuch::program
