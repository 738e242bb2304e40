#pragma once
#include <cstdint>
#include <string>

namespace stimmbuch::import {

// Why a file cannot be read on. `line` counts from 1 and is 0 when no line is at fault (the file cannot be
// opened, its compression is broken). `message` is a sentence for people, without file name and line.
struct ReadError {
  std::uint64_t line = 0;
  std::string message;

  friend bool operator==(const ReadError&, const ReadError&) = default;
};

}  // namespace stimmbuch::import
