#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

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

// Runs `property` with as many seeds, beginning with STIMMBUCH_SEED or 1, until one fails; a failure names
// the seed.
template <class Property>
void for_seeds(std::uint64_t count, Property property) {
  const char* const set = std::getenv("STIMMBUCH_SEED");
  const std::uint64_t first = set ? std::strtoull(set, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("STIMMBUCH_SEED=" + std::to_string(seed));
    Random random(seed);
    property(random);
  }
}

}  // namespace stimmbuch::test
