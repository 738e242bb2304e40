// serve and follow: an engine until a signal ends it.
#include <atomic>
#include <csignal>
#include <mutex>
#include <string>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/service_manager.hpp"
#include "cli/address.hpp"
#include "cli/signals.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

// Why the engine cannot go on, as one of its threads told.
class Fault {
 public:
  void set(std::string_view why) {
    const std::lock_guard lock(mutex_);
    if (why_.empty()) why_ = why;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

 private:
  mutable std::mutex mutex_;
  std::string why_;  // the first one
};

EngineOptions with_log(EngineOptions options) {
  options.kafka.log = [](std::string_view message) { spdlog::info("{}", message); };
  return options;
}

// One engine until it is to end: by a signal, by a fault, or because a follower shall lead.
class Run {
 public:
  Run(Session& session, EngineOptions& options) : session_(session), options_(options) {}

  Result start() {
    auto engine = Engine::start(
        options_,
        [this](std::string_view why) {
          fault_.set(why);
          signals_.wake();
        },
        [this] {
          promote_ = true;
          signals_.wake();
        });
    if (!engine) return failed(engine.error().code, std::move(engine.error().text));
    engine_ = std::move(*engine);
    Json members = {{"ledger", engine_->ledger().id.text()}, {"data", options_.data.string()}};
    if (const auto port = engine_->port()) {
      members["url"] = url_of(options_, *port);
      if (!session_.console.json())
        session_.console.say(fmt::format("listening on {}", url_of(options_, *port)));
      options_.listen->port = *port;  // whoever takes over takes the address over, too
    }
    session_.console.event("listening", members);
    notify_service_manager("READY=1");
    return ExitCode::ok;
  }

  // The signal that ended it; nothing where it ended otherwise.
  std::optional<int> wait() {
    auto signal = signals_.wait();
    for (; signal == SIGHUP; signal = signals_.wait()) engine_->reload();
    return signal;
  }

  void drain() { engine_->drain(); }
  bool shall_lead() const { return promote_; }
  std::string fault() const { return fault_.text(); }
  bool is_former_leader() const { return engine_->is_former_leader(); }

 private:
  Session& session_;
  EngineOptions& options_;
  Signals signals_{SIGTERM, SIGINT, SIGHUP};
  Fault fault_;
  std::atomic<bool> promote_ = false;
  std::unique_ptr<Engine> engine_;  // last: it uses all of the above
};

Result end(Session& session, const Run& run, std::optional<int> signal) {
  if (const std::string why = run.fault(); !why.empty()) {
    if (run.is_former_leader()) {
      return failed(ExitCode::former_leader,
                    why + ". `stimmbuch rejoin` shows what was not published, and makes this node follow");
    }
    return failed(ExitCode::failed,
                  fmt::format("{}. What was not acknowledged may be in the ledger or not; start again", why));
  }
  session.console.summary({{"stopped_by", *signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  return ExitCode::ok;
}

Result run_engine(Session& session, EngineOptions options) {
  while (true) {
    Run run(session, options);
    if (const auto started = run.start(); !started) {
      if (options.role != Role::promoted) return started;
      // It follows on, and whoever asked can see that it does not lead.
      session.console.say(fmt::format("not promoted: {}", started.error().text));
      options.role = Role::follower;
      continue;
    }
    const auto signal = run.wait();
    if (run.shall_lead() && run.fault().empty()) {
      session.console.say("becoming the leader");
      run.drain();
      options.role = Role::promoted;
      continue;
    }
    notify_service_manager("STOPPING=1");
    if (signal) {
      session.console.say("stopping: answering what is under way");
      run.drain();
    }
    return end(session, run, signal);
  }
}

Result serve(Session& session) {
  auto options = session.settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  if (options->durability == kafka::Durability::replicated && options->kafka.brokers.empty())
    return failed(ExitCode::usage, "durability replicated needs brokers: name them by --kafka");
  return run_engine(session, with_log(std::move(*options)));
}

Result follow(Session& session) {
  auto options = session.settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  options->role = Role::follower;
  return run_engine(session, with_log(std::move(*options)));
}

std::vector<std::string> with_serving(std::vector<std::string> settings) {
  const auto all = with_data_settings(
      {"kafka.", "durability", "listen", "admin_listen", "hosts", "tls.", "io_threads", "cache_mib",
       "disk_floor_mib", "recover_tail", "checkpoint_interval", "witness_policy", "ca_file",
       "commands_per_minute", "contributions_per_hour", "limits.", "sweep_at", "rotation_backup"});
  settings.insert(settings.end(), all.begin(), all.end());
  return settings;
}

}  // namespace

Command serve_command() {
  return {
      .name = "serve",
      .purpose = "Run the engine: the HTTP interface over one ledger.",
      .details =
          "Makes the ledger and its keys if the directory has none. With --kafka it also publishes the "
          "ledger, making the topics if they are not there, and ends if it finds that another node leads. "
          "SIGTERM and SIGINT let what is under way end, at most 25 seconds; SIGHUP reads the issuers' keys "
          "and the certificate again. Issuers of tokens are tables [[issuer]] of the configuration file, "
          "with issuer, audience, keys_file, roles_of_all, role_claim, roles, typ and acr.",
      .options = with_common_options(),
      .settings = with_serving({"purpose", "origin"}),
      .examples = {{"serve --data /var/lib/stimmbuch",
                    "A town's ledger, for this machine only, behind a reverse proxy."},
                   {"serve --data /tmp/try --purpose demo --listen 127.0.0.1:0",
                    "A ledger to play with, at a free port."},
                   {"serve --data D --kafka k1:9092,k2:9092 --durability replicated",
                    "Every answer means that the brokers have it, too."},
                   {"serve --config /etc/stimmbuch/config.toml --listen 0.0.0.0:8443",
                    "All settings but one from a file."}},
      .exits = {ExitCode::store_locked, ExitCode::credentials, ExitCode::broker_unreachable,
                ExitCode::former_leader, ExitCode::version_mismatch},
      .run = serve,
  };
}

Command follow_command() {
  return {
      .name = "follow",
      .purpose = "Follow a ledger over Kafka: the same log, byte for byte, the same views and reads.",
      .details =
          "Starts from nothing, from a copy of the ledger, or where it stopped. Every record is checked "
          "before it is written. Commands are answered by the name of the leader, or sent on to it. With the "
          "wrapping key of the ledger's vault it also shows texts and can be promoted; with the half of it "
          "that opens texts it shows texts; without, it serves figures and the material of audits, for which "
          "it needs no secret.",
      .options = with_common_options(),
      .settings = with_serving({"ledger", "leader", "forward", "texts_patience"}),
      .examples = {{"follow --data /var/lib/stimmbuch --kafka k1:9092 --listen 0.0.0.0:8080",
                    "Figures for everybody, on a machine that knows no secret."},
                   {"follow --data D --kafka k1:9092 --wrapping-key /etc/stimmbuch/keys",
                    "A candidate: `stimmbuch promote` makes it the leader."},
                   {"follow --data D --kafka k1:9092 --leader https://leader.town.example --forward",
                    "One address for everything: what only the leader can do is sent on to it."}},
      .exits = {ExitCode::store_locked, ExitCode::credentials, ExitCode::broker_unreachable},
      .run = follow,
  };
}

}  // namespace stimmbuch::program
