#pragma once

#include <span>
#include <string_view>

#include "exit_code.hpp"

namespace stimmbuch::program {

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;     // for programs
  std::string_view meaning;  // for people
};

std::span<const ExitCodeRow> all_exit_codes();

// The row of a code; a code that a signal gave has one too.
const ExitCodeRow& row_of(ExitCode code);

}  // namespace stimmbuch::program
