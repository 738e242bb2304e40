#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <rocksdb/env.h>

namespace stimmbuch::eventstore {

// Watches the free space of a disk, asking the system at most once per interval. One thread.
class DiskFloor {
 public:
  DiskFloor(rocksdb::Env& env, std::filesystem::path directory, std::uint64_t floor_bytes,
            std::chrono::milliseconds interval)
      : env_(env), directory_(std::move(directory)), floor_bytes_(floor_bytes), interval_(interval) {}

  // Why nothing more should be written, if so.
  const std::optional<std::string>& refusal() {
    if (const auto now = std::chrono::steady_clock::now(); now >= next_check_) {
      next_check_ = now + interval_;
      check();
    }
    return refusal_;
  }

 private:
  void check() {
    std::uint64_t free_bytes = 0;
    const auto status = env_.GetFreeSpace(directory_, &free_bytes);
    if (!status.ok()) {
      refusal_ = "the free space of " + directory_.string() + " cannot be read: " + status.ToString();
    } else if (free_bytes < floor_bytes_) {
      refusal_ = "the disk of " + directory_.string() + " has " + std::to_string(free_bytes) +
                 " bytes free, less than the floor of " + std::to_string(floor_bytes_);
    } else {
      refusal_.reset();
    }
  }

  rocksdb::Env& env_;
  std::filesystem::path directory_;
  std::uint64_t floor_bytes_;
  std::chrono::milliseconds interval_;
  std::chrono::steady_clock::time_point next_check_{};
  std::optional<std::string> refusal_;
};

}  // namespace stimmbuch::eventstore
