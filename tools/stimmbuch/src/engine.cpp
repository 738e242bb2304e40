#include "engine.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "citizen_loader.hpp"
#include "engine_command.hpp"
#include "poll_closer.hpp"
#include "stimmbuch/adapters/http/api/admin.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/identity/authenticator.hpp"
#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"
#include "stimmbuch/version.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t contests_cached = 1'000;
constexpr std::size_t tokens_cached = 100'000;

ExitCode exit_code_of(vault::VaultError::Kind kind) {
  using enum vault::VaultError::Kind;
  switch (kind) {
    case locked:
      return ExitCode::store_locked;
    case absent:
      return ExitCode::store_missing;
    case wrong_key:
    case keys_exposed:
      return ExitCode::credentials;
    case exists:
    case damaged:
    case io:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

ExitCode exit_code_of(eventstore::OpenError::Kind kind) {
  return kind == eventstore::OpenError::Kind::locked ? ExitCode::store_locked : ExitCode::failed;
}

StartError start_error(const vault::VaultError& error) {
  return {exit_code_of(error.kind), error.text};
}

// The keys of an existing vault, or new ones for a new directory.
std::expected<vault::WrappingKeys, StartError> keys_of(const EngineOptions& options, bool is_new) {
  const auto file = options.wrapping_key.value_or(vault::default_key_file(options.data));
  auto keys = is_new && !std::filesystem::exists(file) ? vault::create_wrapping_keys(file, options.data)
                                                       : vault::load_wrapping_keys(file, options.data);
  if (!keys) return std::unexpected(start_error(keys.error()));
  return std::move(*keys);
}

// What position 1 says.
ledger::Created created_of(const eventstore::Ledger& log) {
  const auto record = log.at(Position{1});
  const auto envelope = codec::read_envelope(record.value());
  const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
  if (!event) throw std::runtime_error("record 1 cannot be read: " + event.error().what);
  return std::get<ledger::Created>(std::get<ledger::Event>(*event));
}

// The name of a log that was given none; the ledger id makes it the name of this log alone.
std::string default_origin(const LedgerId& id) {
  return "log.stimmbuch.local/" + std::string(id.text());
}

StartError cannot(std::string_view what, const std::exception& error) {
  return {ExitCode::failed, std::string(what).append(": ").append(error.what())};
}

}  // namespace

// Members are destroyed from the last to the first: what serves ends before what it serves from.
struct Engine::Parts {
  explicit Parts(const EngineOptions& engine_options) : options(engine_options) {}

  ~Parts() {
    if (server) server->stop();
    if (api) api->stop();
    closer.reset();
    citizen_loader.reset();
    if (runner) runner->stop();
    if (worker) worker->stop();
    if (log) log->close();
  }

  const EngineOptions options;
  runner::SystemClock clock;
  std::function<void(std::string_view)> on_failure;
  std::atomic<bool> draining = false;
  std::atomic<runner::Gate> gate = runner::Gate::open;

  std::unique_ptr<vault::RocksVault> vault;
  std::unique_ptr<vault::ContestSecrets> contests;
  std::unique_ptr<projections::ViewStore> views;
  std::unique_ptr<eventstore::RocksLedger> log;
  std::unique_ptr<runner::Runner> runner;
  ledger::Created created;

  // The API hears of changed documents from the worker, which starts first.
  std::atomic<http::api::Api*> listening_api = nullptr;
  std::unique_ptr<projections::Worker> worker;

  std::unique_ptr<PollCloser> closer;
  std::unique_ptr<CitizenLoader> citizen_loader;

  std::unique_ptr<identity::LocalTokens> tokens;
  std::unique_ptr<identity::OpenIdIssuers> issuers;
  std::unique_ptr<identity::Authenticator> authenticator;

  std::unique_ptr<http::BlockingPool> pool;
  std::unique_ptr<http::api::Api> api;
  std::unique_ptr<http::api::Health> health;
  std::unique_ptr<http::api::Admin> admin;
  std::unique_ptr<http::Server> server;
  std::optional<std::uint16_t> port;

  using Started = std::expected<void, StartError>;

  Started open_stores();
  Started start_writer();
  Started start_worker();
  Started open_identity();
  Started serve();
};

Engine::Parts::Started Engine::Parts::open_stores() {
  if (options.origin && !ledger::is_origin(*options.origin)) {
    return std::unexpected(
        StartError{ExitCode::usage,
                   "an origin is up to 240 visible ASCII characters without +, such as votes.town.example"});
  }
  std::filesystem::create_directories(options.data);
  std::filesystem::permissions(options.data, std::filesystem::perms::owner_all);
  const bool is_new = !std::filesystem::exists(options.data / "log");
  auto keys = keys_of(options, is_new);
  if (!keys) return std::unexpected(keys.error());
  auto opened_vault = vault::RocksVault::open(
      options.data, *keys, is_new ? vault::RocksVault::Start::first : vault::RocksVault::Start::later);
  if (!opened_vault) return std::unexpected(start_error(opened_vault.error()));
  vault = std::move(*opened_vault);
  contests = std::make_unique<vault::ContestSecrets>(*vault, contests_cached);

  auto opened_views = projections::ViewStore::open({.directory = options.data / "views"});
  if (!opened_views) return std::unexpected(StartError{ExitCode::failed, opened_views.error()});
  views = std::move(*opened_views);

  eventstore::OpenOptions log_options;
  log_options.directory = options.data;
  log_options.subject_of = codec::subject_of;
  log_options.floors = {{"the views", views->floor()}};
  log_options.recover_tail = options.recover_tail;
  log_options.cache_bytes = options.cache_mib << 20;
  log_options.disk_floor_bytes = options.disk_floor_mib << 20;
  log_options.log = [](std::string_view message) { spdlog::info("{}", message); };
  auto opened_log = eventstore::RocksLedger::open(log_options);
  if (!opened_log)
    return std::unexpected(StartError{exit_code_of(opened_log.error().kind), opened_log.error().detail});
  log = std::move(*opened_log);
  vault->recover(log->head());
  return {};
}

Engine::Parts::Started Engine::Parts::start_writer() {
  const bool is_new = log->head() == before_first;
  const auto id = is_new ? *LedgerId::parse(vault::random_id()) : created_of(*log).id;
  runner = std::make_unique<runner::Runner>(
      runner::Runner::Parts{*log, *vault, clock, vault::random_bytes,
                            [this](std::string_view why) { on_failure(why); }, gate},
      id);
  if (is_new) {
    const ledger::CreateLedger create{id, options.purpose.value_or(ledger::Purpose::town),
                                      options.origin.value_or(default_origin(id)),
                                      vault::public_key(vault->secrets().log_signing)};
    const auto outcome = runner::submit_and_wait(
        *runner,
        engine_command(vault::Mac(vault->secrets().idempotency), id, ledger::Command{create}, "create"));
    if (!std::holds_alternative<runner::Accepted>(outcome)) {
      return std::unexpected(
          StartError{ExitCode::failed, "the first record of the ledger could not be written"});
    }
  }
  created = created_of(*log);
  if (options.purpose && *options.purpose != created.purpose) {
    return std::unexpected(StartError{ExitCode::usage, "the ledger in this directory has another purpose"});
  }
  if (options.origin && *options.origin != created.origin) {
    return std::unexpected(
        StartError{ExitCode::usage,
                   "the log in this directory has the origin " + created.origin +
                       ", which was given at its first start and never changes; leave the setting out"});
  }
  return {};
}

Engine::Parts::Started Engine::Parts::start_worker() {
  worker = std::make_unique<projections::Worker>(
      projections::Worker::Parts{*log, *views, [this](std::string_view why) { on_failure(why); },
                                 [this](std::span<const projections::ChangedDocument> changed) {
                                   if (auto* const listener = listening_api.load())
                                     listener->documents_changed(changed);
                                 }});
  citizen_loader = std::make_unique<CitizenLoader>(*log, *views, runner->citizens());
  return {};
}

Engine::Parts::Started Engine::Parts::open_identity() {
  tokens = std::make_unique<identity::LocalTokens>(created.id, created.purpose, vault->secrets().token);
  auto opened = identity::OpenIdIssuers::open(options.issuers);
  if (!opened) return std::unexpected(StartError{ExitCode::credentials, opened.error()});
  issuers = std::move(*opened);
  authenticator =
      std::make_unique<identity::Authenticator>(*tokens, *issuers, vault->secrets().subject, tokens_cached);
  return {};
}

Engine::Parts::Started Engine::Parts::serve() {
  pool = std::make_unique<http::BlockingPool>();
  server = std::make_unique<http::Server>(
      http::ServerOptions{
          .limits = options.limits,
          .io_threads = options.io_threads,
          .on_fault = [](std::string_view what) { spdlog::error("a request failed: {}", what); }},
      *pool);
  api = std::make_unique<http::api::Api>(
      http::api::Api::Parts{created, *log, *runner, *vault, vault->secrets(), *contests, *authenticator,
                            *views, *worker, *pool, clock, version, options.commands_per_minute});
  listening_api = api.get();
  health = std::make_unique<http::api::Health>(http::api::Health::Parts{
      *log, *runner, *worker, [this] { return server->stats(); }, draining, version});
  admin = std::make_unique<http::api::Admin>(
      http::api::Admin::Parts{created, *log, *worker, *tokens, *pool, clock, *health, *api, version});
  server->listen_unix(admin_socket(options.data), *admin);
  if (options.admin) server->listen_tcp(options.admin->host, options.admin->port, *health);
  if (options.listen) {
    port = server->listen_tcp(options.listen->host, options.listen->port, *api,
                              {.allowed_hosts = options.hosts, .tls = options.tls});
  }
  server->start();
  return {};
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine() = default;

std::expected<std::unique_ptr<Engine>, StartError> Engine::start(
    const EngineOptions& options, std::function<void(std::string_view)> on_failure) try {
  auto parts = std::make_unique<Parts>(options);
  parts->on_failure = std::move(on_failure);
  for (const auto step : {&Parts::open_stores, &Parts::start_writer, &Parts::start_worker,
                          &Parts::open_identity, &Parts::serve}) {
    if (auto started = (parts.get()->*step)(); !started) return std::unexpected(started.error());
  }
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
} catch (const std::exception& error) {
  return std::unexpected(cannot("the engine cannot start", error));
}

const ledger::Created& Engine::ledger() const {
  return parts_->created;
}

std::optional<std::uint16_t> Engine::port() const {
  return parts_->port;
}

Engine::Intake Engine::intake() {
  return {*parts_->runner, *parts_->contests, parts_->vault->secrets()};
}

void Engine::reload() {
  for (const auto& trouble : parts_->authenticator->reload()) spdlog::warn("{}", trouble);
  try {
    parts_->server->reload_certificates();
  } catch (const std::system_error& error) {
    spdlog::warn("the certificate stays the old one: {}", error.what());
  }
}

void Engine::drain() {
  parts_->draining = true;
  if (!parts_->server->drain()) spdlog::warn("some requests were cut off");
}

std::filesystem::path admin_socket(const std::filesystem::path& data) {
  return data / "admin.sock";
}

}  // namespace stimmbuch::program
