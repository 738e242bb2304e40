#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>

#include "cli/command.hpp"

namespace stimmbuch::program {

// What a command line asks for.
struct CommandLine {
  const Command* command = nullptr;  // none: the program itself
  bool wants_manual = false;
  Given given;
  std::optional<std::string> config;  // of --config
};

// Reads the words behind the program's name. An error tells what is wrong, names what was probably meant, and
// where to read more.
std::expected<CommandLine, Failure> parse_command_line(std::span<const std::string> words,
                                                       std::span<const Command> commands);

}  // namespace stimmbuch::program
