#include <iostream>
#include <string>
#include <vector>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "program.hpp"
#include "stimmbuch/tools/progress/progress.hpp"

int main(int argc, char** argv) {
  // Standard output is for results.
  spdlog::set_default_logger(spdlog::stderr_color_mt("stimmbuch"));
  stimmbuch::progress::print_on_sigusr1();
  const std::vector<std::string> words(argv + 1, argv + argc);
  return stimmbuch::program::run_program(words, std::cout, std::cerr);
}
