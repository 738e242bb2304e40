#include "import/import_server.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds patience{120};
constexpr milliseconds worth_telling{1'000};

}  // namespace

std::expected<ApiClient, Failure> import_server(Session& session) {
  auto token = session.settings.token();
  if (!token) return std::unexpected(std::move(token.error()));
  const client::ServerUrl& server = session.settings.values.server;
  const auto& ca_file = session.settings.values.engine.ca_file;
  ApiClient probe(server, {}, {.ca_file = ca_file, .max_attempts = 1});
  const auto figures = probe.get("/v1/figures");
  if (!figures) return std::unexpected(figures.error());
  if (!figures->is_object() || !figures->contains("records")) return no_engine(server);
  client::ClientOptions options{.ca_file = ca_file, .max_attempts = 1'000, .total_pause = patience};
  options.pause = [&console = session.console, server](milliseconds pause) {
    if (pause >= worth_telling)
      console.say(
          fmt::format("{} is away or busy; trying again in {} s", server.text(), pause.count() / 1000));
    std::this_thread::sleep_for(pause);
  };
  return ApiClient(server, std::move(*token), std::move(options));
}

std::uint64_t per_second(std::uint64_t commands, std::chrono::steady_clock::duration time) {
  const auto us =
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count(), 1);
  return static_cast<std::uint64_t>(static_cast<double>(commands) * 1e6 / static_cast<double>(us));
}

}  // namespace stimmbuch::program
