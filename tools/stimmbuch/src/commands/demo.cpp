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

constexpr std::uint64_t fewest_citizens = 200;  // with fewer the five ideas might not come in their order
constexpr std::uint64_t most_citizens = 1'000'000;

Result demo(Session& session) {
  const bool once = session.given.has("--once");
  const std::string listen_text = session.given.value("--listen").value_or("127.0.0.1:0");
  const DemoOptions defaults;
  const auto citizens = session.given.number("--citizens", defaults.citizens);
  if (!citizens) return std::unexpected(citizens.error());
  if (*citizens < fewest_citizens || *citizens > most_citizens) {
    return failed(ExitCode::usage, fmt::format("--citizens: {} is not from {} to {}", *citizens,
                                               fewest_citizens, most_citizens));
  }
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
           {.host = listen->host, .port = (*engine)->port().value()},
           {.citizens = *citizens, .erase_everybody = session.given.has("--erase-everybody")});
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
      .purpose = "Show the engine at work: a year of participation after Kaiserslautern's, 2022.",
      .details =
          "Starts an engine on a ledger of purpose demo and lets a town live through a year over HTTP: "
          "citizens register and are verified, propose, comment, support and rate, mark on a map what is in "
          "their way, and annotate a draft of the town, of which a second version takes up what was said; "
          "moderators release and hide, a survey is answered, the vote \"Stadt.Raum.Wir.\" is cast, counted "
          "and certified, its winners are realised, and some citizens are erased. Then it shows what "
          "everybody "
          "may read, holds all of it against what the citizens did, and recounts the vote from the log. The "
          "town published only the ranking, so the rest is generated. Then the server stays, to be tried.",
      .options = with_common_options(
          {{"--once", "", "End with the result instead of serving on."},
           {"--citizens", "N",
            "How many live in the town; contributions in proportion. Default: 1700, as were registered in "
            "Kaiserslautern. From 200 to 1000000."},
           {"--erase-everybody", "", "In the end all citizens ask to be erased, not one of a hundred."},
           {"--listen", "ADDR:PORT", "Where the server listens. Default: 127.0.0.1 at a free port."},
           {"--data", "DIR",
            "Where the ledger lies; a year in it goes on with the same options. Default: a temporary "
            "directory."}}),
      .examples = {{"demo", "Stays until Ctrl-C, with examples to try."},
                   {"demo --once --json", "The result as one line."},
                   {"demo --once --citizens 170000", "A hundred times Kaiserslautern, in some minutes."},
                   {"demo --listen 127.0.0.1:8080 --data /tmp/demo", "At a place of your own, and kept."}},
      .exits = {ExitCode::differences, ExitCode::store_locked},
      .run = demo,
  };
}

}  // namespace stimmbuch::program
