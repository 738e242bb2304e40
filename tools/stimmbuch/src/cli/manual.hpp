#pragma once

#include <span>
#include <string>

#include "cli/command.hpp"

namespace stimmbuch::program {

// What `stimmbuch --help` prints.
std::string manual(std::span<const Command> commands, std::size_t width);

// What `stimmbuch COMMAND --help` prints; for a group of commands the list of them.
std::string manual(const Command& command, std::span<const Command> commands, std::size_t width);

// The settings that a command takes, in the order of the table.
std::vector<const Setting*> settings_of(const Command& command);

}  // namespace stimmbuch::program
