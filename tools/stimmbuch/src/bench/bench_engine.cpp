#include "bench/bench_engine.hpp"

#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

namespace stimmbuch::program {

EngineOptions bench_engine_options(std::filesystem::path data) {
  EngineOptions options;
  options.data = std::move(data);
  options.purpose = ledger::Purpose::demo;
  options.listen = Address{"127.0.0.1", 0};
  options.disk_floor_mib = 0;
  return options;
}

std::expected<std::unique_ptr<Engine>, Failure> start_bench_engine(const EngineOptions& options) {
  spdlog::set_level(spdlog::level::warn);
  auto engine = Engine::start(options, [](std::string_view) {});
  if (!engine) return failed(engine.error().code, std::move(engine.error().text));
  return std::move(*engine);
}

}  // namespace stimmbuch::program
