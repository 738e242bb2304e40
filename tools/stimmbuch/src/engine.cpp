#include "engine.hpp"

#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "engine_parts.hpp"
#include "stimmbuch/version.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t tokens_cached = 100'000;

StartError cannot(std::string_view what, const std::exception& error) {
  return {ExitCode::failed, std::string(what).append(": ").append(error.what())};
}

}  // namespace

Engine::Parts::~Parts() {
  if (server) server->stop();
  if (api) api->stop();
  citizen_loader.reset();
  closer.reset();
  if (sweeper) sweeper->request_stop();
  if (runner) runner->stop();
  settler.reset();  // it may wait for an answer, which it has by now
  sweeper.reset();
  signer.reset();
  witnesses.reset();
  publisher.reset();
  follower.reset();
  if (worker) worker->stop();
  if (log) log->close();
}

Engine::Parts::Started Engine::Parts::start_worker() {
  worker = std::make_unique<projections::Worker>(
      projections::Worker::Parts{*log, *views, [this](std::string_view why) { on_failure(why); },
                                 [this](std::span<const projections::ChangedDocument> changed) {
                                   if (auto* const listener = listening_api.load())
                                     listener->documents_changed(changed);
                                 }});
  if (runner) citizen_loader = std::make_unique<CitizenLoader>(*log, *views, runner->citizens());
  return {};
}

Engine::Parts::Started Engine::Parts::open_identity() {
  tokens = std::make_unique<identity::LocalTokens>(created.id, created.purpose, any_secrets().token);
  auto opened = identity::OpenIdIssuers::open(options.issuers);
  if (!opened) return std::unexpected(StartError{ExitCode::credentials, opened.error()});
  issuers = std::move(*opened);
  authenticator =
      std::make_unique<identity::Authenticator>(*tokens, *issuers, any_secrets().subject, tokens_cached);
  return {};
}

Engine::Parts::Started Engine::Parts::open_link() {
  if (!options.forward) return {};
  auto url = client::parse_server_url(options.leader);
  if (!url)
    return std::unexpected(StartError{ExitCode::usage, "--forward needs the leader's URL: " + url.error()});
  if (auto known = require_ca_file(*url); !known) return known;
  leader_link = std::make_unique<LeaderClient>(std::move(*url), options.ca_file);
  return {};
}

Engine::Parts::Started Engine::Parts::require_ca_file(const client::ServerUrl& url) const {
  if (!url.tls) return {};
  if (auto checked = client::check_ca_file(options.ca_file); !checked)
    return std::unexpected(StartError{ExitCode::credentials, std::move(checked.error())});
  return {};
}

Engine::Parts::Started Engine::Parts::serve() {
  pool = std::make_unique<http::BlockingPool>();
  log_files = std::make_unique<checkpoints::LogFiles>(*log, the_checkpoints());
  server = std::make_unique<http::Server>(
      http::ServerOptions{
          .limits = options.limits,
          .io_threads = options.io_threads,
          .on_fault = [](std::string_view what) { spdlog::error("a request failed: {}", what); }},
      *pool);
  api = std::make_unique<http::api::Api>(http::api::Api::Parts{
      created,
      *log,
      *epochs,
      runner.get(),
      any_vault(),
      knows_people() ? vault.get() : nullptr,
      any_secrets(),
      *contests,
      *authenticator,
      *views,
      *worker,
      *pool,
      clock,
      version,
      options.commands_per_minute,
      options.contributions_per_hour,
      options.leader,
      leader_link.get(),
      [this] { return texts_are_current(); },
      *log_files,
      [this] { return seeds_of(checkpoints->keys().signing(number(log->head()), clock.now())); }});
  listening_api = api.get();
  std::function<http::api::PendingErasures()> pending_erasures;
  http::api::AskForSweep sweep;
  if (runner) {
    start_sweeper();
    pending_erasures = [this] {
      const auto pending = sweeper->pending();
      return http::api::PendingErasures{pending.waiting, pending.overdue};
    };
    sweep = [this](auto order, auto answer) { ask_for_sweep(order, std::move(answer)); };
  }
  health = std::make_unique<http::api::Health>(http::api::Health::Parts{
      *log, runner.get(), *worker, [this] { return server->stats(); }, [this] { return replication(); },
      std::move(pending_erasures), draining, version});
  admin = std::make_unique<http::api::Admin>(http::api::Admin::Parts{
      created, *log, *epochs, *worker, knows_people() ? tokens.get() : nullptr, *pool, clock, *health, *api,
      [this] { return replication(); }, [this] { on_promote(); }, *log_files, *views, *contests,
      std::move(sweep), [this] { return vault && vault->is_published(); },
      [this](std::chrono::seconds both_for) { return rotate_key(both_for); },
      [this](const std::filesystem::path& directory) { return back_up(directory); }, version});
  server->listen_unix(admin_socket(options.data), *admin);
  if (options.admin) server->listen_tcp(options.admin->host, options.admin->port, *health);
  if (options.listen) {
    port = server->listen_tcp(options.listen->host, options.listen->port, *api,
                              {.allowed_hosts = options.hosts, .tls = options.tls});
  }
  // An engine that serves nobody works for one command, which is not for closing polls.
  if (runner && options.listen) {
    closer = std::make_unique<ContestCloser>(*views, *runner, clock, vault->secrets().idempotency);
    settler = std::make_unique<PollSettler>(*log, *views, *runner, *contests, created.id,
                                            vault->secrets().idempotency);
  }
  if (runner) {
    if (auto begun = ask_witnesses(); !begun) return begun;
    start_signing();
  }
  server->start();
  return {};
}

void Engine::Parts::start_sweeper() {
  // An engine that serves nobody works for one command, which may be to sweep.
  rotation_backups = std::make_unique<RotationBackups>(options.rotation_backup, created.id, backup_source());
  sweeper = std::make_unique<Sweeper>(
      Sweep::Parts{*vault, *erasures, *log, *runner, vault->secrets().idempotency, clock, key_file,
                   options.data, *rotation_backups, options.on_sweep_step},
      options.listen ? Sweeper::Schedule::nightly : Sweeper::Schedule::on_demand, options.sweep_at);
}

void Engine::Parts::ask_for_sweep(http::api::SweepOrder order,
                                  std::function<void(const http::api::SweepAnswer&)> answer) {
  auto done = [answer = std::move(answer)](const Sweeper::Outcome& outcome) {
    http::api::SweepAnswer told;
    if (outcome) {
      told = {.people = outcome->people,
              .texts = outcome->texts,
              .secrets = outcome->secrets,
              .released = outcome->released,
              .waiting = outcome->waiting,
              .rotated = outcome->rotated,
              .backup = outcome->backup.string(),
              .trouble = outcome->interrupted ? "the engine stopped; it goes on at its next start" : ""};
    } else {
      told.trouble = outcome.error();
    }
    answer(told);
  };
  using enum http::api::SweepOrder;
  switch (order) {
    case sweep:
      return sweeper->sweep_now(std::move(done));
    case prepare_keys:
      return sweeper->prepare_now(std::move(done));
    case rotate:
      return sweeper->rotate_now(std::move(done));
  }
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine() = default;

std::expected<std::unique_ptr<Engine>, StartError> Engine::start(
    const EngineOptions& options, std::function<void(std::string_view)> on_failure,
    std::function<void()> on_promote) try {
  auto parts = std::make_unique<Parts>(options);
  parts->on_failure = std::move(on_failure);
  parts->on_promote = std::move(on_promote);
  std::vector<Parts::Started (Parts::*)()> steps{&Parts::open_stores};
  switch (options.role) {
    case Role::promoted:
      steps.push_back(&Parts::take_over);
      steps.push_back(&Parts::start_writer);
      break;
    case Role::leader:
      steps.push_back(&Parts::start_writer);
      break;
    case Role::follower:
      steps.push_back(&Parts::start_following);
      break;
    case Role::reader:
      steps.push_back(&Parts::look_at_log);
      break;
  }
  steps.insert(steps.end(), {&Parts::start_worker, &Parts::open_identity, &Parts::open_link, &Parts::serve});
  for (const auto step : steps) {
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

bool Engine::is_former_leader() const {
  return parts_->is_former_leader;
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
