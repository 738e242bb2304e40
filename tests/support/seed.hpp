#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

namespace stimmbuch::test {

// Seeds for a property: some that stay, and a new one each time; or the one in STIMMBUCH_SEED, to repeat what
// was seen. Tests print the seed with SCOPED_TRACE.
inline std::vector<std::uint64_t> seeds(std::uint64_t count) {
  if (const char* const given = std::getenv("STIMMBUCH_SEED")) return {std::strtoull(given, nullptr, 10)};
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed < count; ++seed) all.push_back(seed);
  all.push_back(std::random_device{}());
  return all;
}

}  // namespace stimmbuch::test
