#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace stimmbuch::program {

// What somebody chooses, the same on every machine: the engine of the standard is the same everywhere, its
// distributions are not.
class Chance {
 public:
  // Of one person or thing within one chapter of the year.
  Chance(std::uint64_t chapter, std::uint64_t number) : engine_(seed + (chapter << 48U) + number) {}

  // From 0 up to, not with, `bound`.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool percent(std::uint64_t chance) { return below(100) < chance; }

  template <std::size_t N>
  std::string_view one_of(const std::array<std::string_view, N>& words) {
    return words[below(N)];
  }

  // The index of one thing, the heavier the likelier.
  template <class Things>
  std::size_t weighted(const Things& things) {
    std::uint64_t total = 0;
    for (const auto& thing : things) total += thing.weight;
    std::uint64_t left = below(total);
    std::size_t index = 0;
    while (left >= things[index].weight) left -= things[index++].weight;
    return index;
  }

 private:
  static constexpr std::uint64_t seed = 2022;
  std::mt19937_64 engine_;
};

}  // namespace stimmbuch::program
