#include "bench/bench_engine.hpp"

#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "stimmbuch/eventstore/codec/record.hpp"

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

std::expected<std::unique_ptr<eventstore::RocksLedger>, Failure> open_bench_log(
    const std::filesystem::path& data) {
  eventstore::OpenOptions options;
  options.directory = data;
  options.subject_of = codec::subject_of;
  auto log = eventstore::RocksLedger::open(options);
  if (log) return std::move(*log);
  const bool locked = log.error().kind == eventstore::OpenError::Kind::locked;
  return failed(locked ? ExitCode::store_locked : ExitCode::failed, std::move(log.error().detail));
}

}  // namespace stimmbuch::program
