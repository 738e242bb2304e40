#include <csignal>
#include <mutex>
#include <string>

#include <fmt/format.h>

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

Result serve(Session& session) {
  auto options = session.settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  Signals signals{SIGTERM, SIGINT, SIGHUP};
  Fault fault;
  auto engine = Engine::start(*options, [&](std::string_view why) {
    fault.set(why);
    signals.wake();
  });
  if (!engine) return failed(engine.error().code, std::move(engine.error().text));

  Json members = {{"ledger", (*engine)->ledger().id.text()}, {"data", options->data.string()}};
  if (const auto port = (*engine)->port()) {
    members["url"] = url_of(*options, *port);
    if (!session.console.json()) session.console.say(fmt::format("listening on {}", url_of(*options, *port)));
  }
  session.console.event("listening", members);
  notify_service_manager("READY=1");

  auto signal = signals.wait();
  for (; signal == SIGHUP; signal = signals.wait()) (*engine)->reload();

  notify_service_manager("STOPPING=1");
  if (signal) {
    session.console.say("stopping: answering what is under way");
    (*engine)->drain();
  }
  if (const std::string why = fault.text(); !why.empty()) {
    return failed(ExitCode::failed,
                  fmt::format("{}. What was not acknowledged may be in the ledger or not; start again", why));
  }
  session.console.summary({{"stopped_by", *signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  return ExitCode::ok;
}

}  // namespace

Command serve_command() {
  return {
      .name = "serve",
      .purpose = "Run the engine: the HTTP interface over one ledger.",
      .details =
          "Makes the ledger and its keys if the directory has none. SIGTERM and SIGINT let what is under "
          "way end, at most 25 seconds; SIGHUP reads the issuers' keys and the certificate again. Issuers "
          "of tokens are tables [[issuer]] of the configuration file, with issuer, audience, keys_file, "
          "roles_of_all, role_claim, roles, typ and acr.",
      .options = with_common_options(),
      .settings = {"data", "purpose", "origin", "wrapping_key", "listen", "admin_listen", "hosts", "tls.",
                   "io_threads", "cache_mib", "disk_floor_mib", "recover_tail", "commands_per_minute",
                   "limits."},
      .examples = {{"serve --data /var/lib/stimmbuch",
                    "A town's ledger, for this machine only, behind a reverse proxy."},
                   {"serve --data /tmp/try --purpose demo --listen 127.0.0.1:0",
                    "A ledger to play with, at a free port."},
                   {"serve --config /etc/stimmbuch/config.toml --listen 0.0.0.0:8443",
                    "All settings but one from a file."}},
      .exits = {ExitCode::store_locked, ExitCode::credentials, ExitCode::version_mismatch},
      .run = serve,
  };
}

}  // namespace stimmbuch::program
