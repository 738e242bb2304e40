#include "demo/demo.hpp"

#include <csignal>
#include <string>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/work_directory.hpp"
#include "cli/address.hpp"
#include "cli/signals.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

Result demo(Session& session) {
  const bool once = session.given.has("--once");
  const std::string listen_text = session.given.value("--listen").value_or("127.0.0.1:0");
  const auto listen = parse_address(listen_text);
  if (!listen) return failed(ExitCode::usage, fmt::format("--listen: '{}' is not ADDRESS:PORT", listen_text));
  Signals signals{SIGTERM, SIGINT};
  const WorkDirectory directory("demo", session.given.value("--data"));
  EngineOptions options;
  options.data = directory.data();
  options.purpose = ledger::Purpose::demo;
  options.listen = listen;
  options.disk_floor_mib = 0;
  spdlog::set_level(spdlog::level::warn);
  const auto engine = Engine::start(options, [&](std::string_view) { signals.wake(); });
  if (!engine) return failed(engine.error().code, engine.error().text);

  Demo run(session.console, signals, directory.data(),
           {.host = listen->host, .port = (*engine)->port().value()});
  const auto outcome = run.run();
  if (!outcome) return std::unexpected(outcome.error());
  if (!once) {
    if (auto printed = run.print_examples(); !printed) return std::unexpected(std::move(printed.error()));
    if (directory.is_temporary())
      session.console.say("The data are removed at the end; --data DIR keeps them.");
    if (!signals.wait()) return failed(ExitCode::failed, "the ledger could not be written");
    (*engine)->drain();
  }
  session.console.summary(outcome->summary);
  return outcome->agrees ? ExitCode::ok : ExitCode::differences;
}

}  // namespace

Command demo_command() {
  return {
      .name = "demo",
      .purpose = "Show the engine at work: Kaiserslautern's first vote, \"Stadt.Raum.Wir.\" (2022).",
      .details =
          "Starts an engine on a ledger of purpose demo, lets citizens register, be verified and vote over "
          "HTTP, shows the tally as it grows, closes, counts and certifies the vote, and recounts it from "
          "the log. The town published only the ranking, so the ballots are generated. Then the server "
          "stays, to be tried.",
      .options = with_common_options(
          {{"--once", "", "End with the result instead of serving on."},
           {"--listen", "ADDR:PORT", "Where the server listens. Default: 127.0.0.1 at a free port."},
           {"--data", "DIR", "Where the ledger lies. Default: a temporary directory."}}),
      .examples = {{"demo", "Stays until Ctrl-C, with examples to try."},
                   {"demo --once --json", "The result as one line."},
                   {"demo --listen 127.0.0.1:8080 --data /tmp/demo", "At a place of your own, and kept."}},
      .exits = {ExitCode::differences, ExitCode::store_locked},
      .run = demo,
  };
}

}  // namespace stimmbuch::program
