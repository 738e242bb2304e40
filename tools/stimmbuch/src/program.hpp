#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace stimmbuch::program {

// Runs the program with the words behind its name; returns what it exits with.
int run_program(std::span<const std::string> words, std::ostream& result, std::ostream& talk);

}  // namespace stimmbuch::program
