// An engine in a process of its own, to be killed: engine_child DIRECTORY [STEP]. Prints its port when it
// serves; at this step of the sweep it kills itself. Rotations leave backups in DIRECTORY.backups, if that is
// there.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "engine.hpp"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return EXIT_FAILURE;
  // Only the port stands on standard output.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("engine"));
  stimmbuch::program::EngineOptions options;
  options.data = argv[1];
  options.purpose = stimmbuch::ledger::Purpose::demo;
  options.listen = stimmbuch::program::Address{"127.0.0.1", 0};
  options.disk_floor_mib = 1;
  const auto backups = options.data.string() + ".backups";
  if (std::filesystem::exists(backups)) options.rotation_backup = backups;
  if (argc == 3) {
    options.on_sweep_step = [dies_at = std::stoi(argv[2])](stimmbuch::program::SweepStep step) {
      if (static_cast<int>(step) == dies_at) ::kill(::getpid(), SIGKILL);
    };
  }
  const auto engine = stimmbuch::program::Engine::start(options, [](std::string_view why) {
    std::cerr << "the engine failed: " << why << std::endl;
    std::abort();
  });
  if (!engine) {
    std::cerr << engine.error().text << std::endl;
    return EXIT_FAILURE;
  }
  std::cout << (*engine)->port().value() << std::endl;
  ::pause();
}
