#include "cli/completion.hpp"

#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

Result print_script(Session& session) {
  const std::string script = completion_script(session.given.arguments.front(), session.commands);
  session.console.print(std::string_view(script).substr(0, script.size() - 1));
  session.console.summary({{"script", script}});
  return ExitCode::ok;
}

}  // namespace

Command completion_command() {
  return {
      .name = "completion",
      .purpose = "Print a script that teaches a shell the program's commands and options.",
      .arguments = {{"SHELL", "bash, zsh or fish.", true, false, {"bash", "zsh", "fish"}}},
      .options = with_common_options(),
      .examples = {{"completion bash > /etc/bash_completion.d/stimmbuch", "For all users of bash."},
                   {"completion fish > ~/.config/fish/completions/stimmbuch.fish", "For one user of fish."}},
      .run = print_script,
  };
}

}  // namespace stimmbuch::program
