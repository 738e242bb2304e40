#pragma once

#include <cstddef>

namespace stimmbuch::program {

// What is behind the sweep; after a crash the next one goes on from any of them.
enum class SweepStep {
  listed,         // in the list of erasures
  destroyed,      // the rows are deleted
  compacted,      // and written out of the vault's files
  keys_prepared,  // the key file has the new keys beside the old ones
  sealed_anew,    // everything is under the new keys
  verified,       // all of it opens with the new keys alone; a backup says so, where one is wanted
  keys_replaced,  // the old keys are no more
  recorded,       // the log says so
};
inline constexpr std::size_t sweep_steps = 8;

}  // namespace stimmbuch::program
