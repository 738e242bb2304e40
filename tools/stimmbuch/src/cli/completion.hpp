#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace stimmbuch::program {

// A script that teaches a shell ("bash", "zsh" or "fish") to complete the program's commands, options and
// choices.
std::string completion_script(std::string_view shell, std::span<const Command> commands);

}  // namespace stimmbuch::program
