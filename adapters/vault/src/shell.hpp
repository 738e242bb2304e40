#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace stimmbuch::vault {

struct ShellRun {
  std::size_t size = 0;  // how much of the buffer it filled
  std::string trouble;   // empty: it ended well, and in time
};

// Runs a command of /bin/sh without input and reads what it writes, up to the buffer's size. It and what it
// started are killed when the time is over.
ShellRun run_shell(const std::string& command, std::span<char> buffer, std::chrono::seconds patience);

}  // namespace stimmbuch::vault
