#include "cli/completion.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual.hpp"

namespace stimmbuch::program {

namespace {

// What may be written behind the words typed so far.
struct Completion {
  std::string path;  // the command's words
  std::vector<std::string> words;
  struct Choices {
    std::string option;
    std::vector<std::string> values;
  };
  std::vector<Choices> choices;
};

std::vector<std::string> next_words(std::string_view path, std::span<const Command> commands) {
  std::vector<std::string> words;
  const std::string begin = path.empty() ? "" : std::string(path) + " ";
  for (const Command& command : commands) {
    if (!command.name.starts_with(begin)) continue;
    const std::string word =
        command.name.substr(begin.size(), command.name.find(' ', begin.size()) - begin.size());
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}

std::vector<Completion> completions(std::span<const Command> commands) {
  std::vector<Completion> all{{"", next_words("", commands), {}}};
  for (const Command& command : commands) {
    Completion completion{command.name, {}, {}};
    if (command.run == nullptr) {
      completion.words = next_words(command.name, commands);
    } else {
      for (const Argument& argument : command.arguments) {
        completion.words.insert(completion.words.end(), argument.choices.begin(), argument.choices.end());
      }
      for (const Option& option : command.options) {
        completion.words.push_back(option.name);
        if (!option.choices.empty()) completion.choices.push_back({option.name, option.choices});
      }
      for (const Setting* const setting : settings_of(command)) completion.words.push_back(setting->flag());
      if (!command.settings.empty()) completion.words.emplace_back("--config");
      completion.words.emplace_back("--help");
    }
    all.push_back(std::move(completion));
  }
  return all;
}

// Finds the command that the words before the cursor begin with.
constexpr std::string_view bash_head = R"(_stimmbuch() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$path${path:+ }$word" in
)";

std::string bash_script(std::span<const Command> commands) {
  const auto all = completions(commands);
  std::string script =
      "# Completion of stimmbuch for bash: source it, or put it into /etc/bash_completion.d.\n";
  script += bash_head;
  for (const Completion& one : all) {
    if (!one.path.empty()) script += fmt::format("      '{0}') path='{0}' ;;\n", one.path);
  }
  script += "      *) break ;;\n    esac\n  done\n  case \"$path:$previous\" in\n";
  for (const Completion& one : all) {
    for (const auto& choices : one.choices) {
      script += fmt::format("    '{}:{}') COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n",
                            one.path, choices.option, fmt::join(choices.values, " "));
    }
  }
  script += "  esac\n  case \"$path\" in\n";
  for (const Completion& one : all) {
    script += fmt::format("    '{}') COMPREPLY=($(compgen -W '{}' -- \"$current\")) ;;\n", one.path,
                          fmt::join(one.words, " "));
  }
  script += "  esac\n}\ncomplete -o default -F _stimmbuch stimmbuch\n";
  return script;
}

std::string fish_script(std::span<const Command> commands) {
  std::string script =
      "# Completion of stimmbuch for fish: put it into ~/.config/fish/completions.\n"
      "function __stimmbuch_at\n"
      "  set -l words (commandline -opc)[2..-1]\n"
      "  string match -qr -- \"^$argv[1]( -.*)?\\$\" (string join ' ' -- $words)\n"
      "end\n"
      "complete -c stimmbuch -n '__stimmbuch_at \"\"' -f\n";
  for (const Completion& one : completions(commands)) {
    for (const std::string& word : one.words) {
      const bool option = word.starts_with("--");
      script += fmt::format("complete -c stimmbuch -n '__stimmbuch_at \"{}\"' {} {}", one.path,
                            option ? "-l" : "-fa", option ? word.substr(2) : word);
      const auto choices = std::ranges::find(one.choices, word, &Completion::Choices::option);
      if (choices != one.choices.end()) script += fmt::format(" -xa '{}'", fmt::join(choices->values, " "));
      script += '\n';
    }
  }
  return script;
}

}  // namespace

std::string completion_script(std::string_view shell, std::span<const Command> commands) {
  if (shell == "fish") return fish_script(commands);
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(commands);
  return bash_script(commands);
}

}  // namespace stimmbuch::program
