#include "stimmbuch/version.hpp"

#include <fmt/format.h>

#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

Result print_version(Session& session) {
  session.console.print(fmt::format("stimmbuch {}", version));
  session.console.summary({{"version", version}});
  return ExitCode::ok;
}

}  // namespace

Command version_command() {
  return {
      .name = "version",
      .purpose = "Print the program's version.",
      .options = with_common_options(),
      .examples = {{"version", "For a report of a fault."}, {"version --json", "For programs."}},
      .run = print_version,
  };
}

}  // namespace stimmbuch::program
