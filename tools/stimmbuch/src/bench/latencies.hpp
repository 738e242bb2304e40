#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stimmbuch::program {

// How long answers took.
struct Latencies {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

// Of at least one answer.
inline Latencies latencies_of(std::vector<float> us) {
  std::ranges::sort(us);
  const auto at_ms = [&](std::size_t permille) {
    return static_cast<double>(us[std::min(us.size() - 1, us.size() * permille / 1000)]) / 1e3;
  };
  return {at_ms(500), at_ms(990), at_ms(1000)};
}

}  // namespace stimmbuch::program
