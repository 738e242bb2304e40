#include <iostream>
#include <string>
#include <vector>

#include "program.hpp"
#include "stimmbuch/tools/progress/progress.hpp"

int main(int argc, char** argv) {
  stimmbuch::progress::print_on_sigusr1();
  const std::vector<std::string> words(argv + 1, argv + argc);
  return stimmbuch::program::run_program(words, std::cout, std::cerr);
}
