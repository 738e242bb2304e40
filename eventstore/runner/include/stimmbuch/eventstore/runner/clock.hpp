#pragma once

#include <chrono>

#include "stimmbuch/domain/basics.hpp"

namespace stimmbuch::runner {

// What time it is. Only the top of a program owns the real one; tests turn the hands themselves.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace stimmbuch::runner
