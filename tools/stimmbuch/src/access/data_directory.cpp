#include "access/data_directory.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

// An engine holds the directory's lock for a moment before its socket answers, and after it has stopped
// answering.
constexpr auto lock_wait = 10s;

bool is_served(const std::filesystem::path& data) {
  client::HttpClient probe(operator_url(data), {}, {.max_attempts = 1});
  return probe.send({.target = "/livez"}).has_value();
}

// The engine of a directory that nobody serves; null where somebody does.
std::expected<std::unique_ptr<Engine>, Failure> engine_unless_served(const EngineOptions& options) {
  spdlog::set_level(spdlog::level::warn);  // an engine for one command tells of trouble only
  const auto deadline = std::chrono::steady_clock::now() + lock_wait;
  while (!is_served(options.data)) {
    if (!std::filesystem::exists(options.data / "log")) {
      return failed(
          ExitCode::store_missing,
          fmt::format("there is no ledger in {}; `stimmbuch serve` makes one", options.data.string()));
    }
    // When the writer fails, the work's own request is told.
    auto engine = Engine::start(options, [](std::string_view) {});
    if (engine) return std::move(*engine);
    if (engine.error().code != ExitCode::store_locked || std::chrono::steady_clock::now() > deadline) {
      return failed(engine.error().code, std::move(engine.error().text));
    }
    std::this_thread::sleep_for(50ms);
  }
  return nullptr;
}

Result with_engine(const Settings& settings, Role role, const std::function<Result(DataDirectory&)>& work) {
  auto options = settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  options->role = role;
  options->listen.reset();
  options->admin.reset();
  const auto engine = engine_unless_served(*options);
  if (!engine) return std::unexpected(engine.error());
  ApiClient client(operator_url(options->data), {});
  DataDirectory directory{options->data, client};
  Result result = work(directory);
  if (*engine) (*engine)->drain();
  return result;
}

}  // namespace

bool names_server(const Settings& settings) {
  return settings.origins.at("server") > settings.origins.at("data");
}

std::expected<ApiClient, Failure> client_of(const Settings& settings) {
  std::string token;
  if (!settings.values.token_file.empty()) {
    auto read = settings.token();
    if (!read) return std::unexpected(std::move(read.error()));
    token = std::move(*read);
  }
  return ApiClient(settings.values.server, std::move(token), {.ca_file = settings.values.engine.ca_file});
}

client::ServerUrl operator_url(const std::filesystem::path& data) {
  return {.host = "localhost", .socket_path = admin_socket(data).string()};
}

Result with_data_directory(const Settings& settings, const std::function<Result(DataDirectory&)>& work) {
  return with_engine(settings, Role::reader, work);
}

Result with_writing_engine(const Settings& settings, const std::function<Result(DataDirectory&)>& work) {
  return with_engine(settings, Role::leader, work);
}

}  // namespace stimmbuch::program
