#pragma once

namespace stimmbuch::program {

// What the program's exit says; docs/operations.md has the table.
enum class ExitCode {
  ok = 0,
  failed = 1,
  usage = 2,
  partly_done = 3,
  differences = 4,
  not_found = 5,
  store_missing = 10,
  store_locked = 11,
  credentials = 12,
  broker_unreachable = 13,
  version_mismatch = 14,
  former_leader = 15,
  try_later = 75,
};

}  // namespace stimmbuch::program
