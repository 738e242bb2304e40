#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "support/seed.hpp"

namespace stimmbuch::test {

// Reproducible chance: equal seeds give equal values.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // Both ends included.
  template <std::integral T = std::int64_t>
  T between(std::type_identity_t<T> least, std::type_identity_t<T> most) {
    return std::uniform_int_distribution<T>(least, most)(engine_);
  }
  std::size_t index(std::size_t size) { return between<std::size_t>(0, size - 1); }
  bool chance(int percent) { return between<int>(1, 100) <= percent; }

  template <class Values>
  auto& pick(Values& values) {
    return values[index(values.size())];
  }
  template <class Values>
  void shuffle(Values& values) {
    std::ranges::shuffle(values, engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// Runs `property` with as many seeds until one fails; a failure names the seed.
template <class Property>
void for_seeds(std::uint64_t count, Property property) {
  for (const std::uint64_t seed : seeds(count)) {
    if (testing::Test::HasFailure()) return;
    SCOPED_TRACE("STIMMBUCH_SEED=" + std::to_string(seed));
    Random random(seed);
    property(random);
  }
}

}  // namespace stimmbuch::test
