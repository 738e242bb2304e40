#pragma once

#include <expected>
#include <string>
#include <utility>

#include "exit_code.hpp"

namespace stimmbuch::program {

// Why a command did not do what it was asked for: the code to exit with and a sentence for the person who
// called it.
struct Failure {
  ExitCode code = ExitCode::failed;
  std::string text;
};

inline std::unexpected<Failure> failed(ExitCode code, std::string text) {
  return std::unexpected(Failure{code, std::move(text)});
}

// What a shell sees when a signal ended the program.
constexpr ExitCode ended_by(int signal) {
  return static_cast<ExitCode>(128 + signal);
}

}  // namespace stimmbuch::program
