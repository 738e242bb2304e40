#include "program.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/command_line.hpp"
#include "cli/manual.hpp"
#include "cli/terminal.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

std::optional<std::string> environment(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

progress::Style progress_style(const Given& given) {
  const std::string named = given.value("--progress").value_or("");
  if (named == "bar") return progress::Style::bar;
  if (named == "plain") return progress::Style::plain;
  if (named == "json") return progress::Style::json;
  if (named == "none") return progress::Style::none;
  return progress::default_style(isatty(STDERR_FILENO) == 1, environment("TERM").value_or(""));
}

Console::Style console_style(const Given& given) {
  return {.json = given.has("--json"),
          .quiet = given.has("--quiet"),
          .progress = progress_style(given),
          .width = terminal_width(STDOUT_FILENO),
          .redraws = isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"};
}

Result run_command(const CommandLine& line, std::span<const Command> commands, Console& console) {
  Settings settings;
  if (!line.command->settings.empty()) {
    auto resolved =
        resolve_settings({.flags = line.given.settings, .environment = environment, .file = line.config});
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    settings = std::move(*resolved);
  }
  Session session{line.given, settings, commands, console};
  return line.command->run(session);
}

}  // namespace

int run_program(std::span<const std::string> words, std::ostream& result, std::ostream& talk) {
  const std::vector<Command> commands = all_commands();
  const auto line = parse_command_line(words, commands);
  if (!line) {
    const bool json = std::ranges::find(words, "--json") != words.end();
    Console(result, talk, {.json = json}).fail(line.error());
    return static_cast<int>(line.error().code);
  }
  Console console(result, talk, console_style(line->given));
  ExitCode code = ExitCode::ok;
  try {
    if (line->wants_manual) {
      result << (line->command != nullptr ? manual(*line->command, commands, console.width())
                                          : manual(commands, console.width()));
    } else if (const auto done = run_command(*line, commands, console)) {
      code = *done;
    } else {
      console.fail(done.error());
      code = done.error().code;
    }
  } catch (const std::exception& fault) {
    console.fail({ExitCode::failed, fault.what()});
    code = ExitCode::failed;
  }
  if (!console.flush() && code == ExitCode::ok) code = ExitCode::failed;
  return static_cast<int>(code);
}

}  // namespace stimmbuch::program
