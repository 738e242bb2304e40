#include "cli/command_line.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/manual.hpp"
#include "cli/nearest.hpp"

namespace stimmbuch::program {

namespace {

std::unexpected<Failure> misused(const Command* command, std::string_view what) {
  const std::string name = command != nullptr ? command->name + " " : "";
  return failed(ExitCode::usage, fmt::format("{} See stimmbuch {}--help.", what, name));
}

// Finds the command that the words begin with and takes its words away.
const Command* take_command(std::span<const std::string>& words, std::span<const Command> commands) {
  const Command* found = nullptr;
  std::string name;
  while (!words.empty()) {
    name += (name.empty() ? "" : " ") + words.front();
    const auto command = std::ranges::find(commands, name, &Command::name);
    if (command == commands.end()) break;
    found = &*command;
    words = words.subspan(1);
    if (found->run != nullptr) break;
  }
  return found;
}

std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names{"--help", "--config"};
  for (const Option& option : command.options) names.push_back(option.name);
  for (const Setting* const setting : settings_of(command)) names.push_back(setting->flag());
  return names;
}

std::expected<void, Failure> check_choice(const Command& command, std::string_view name,
                                          const std::string& value, const std::vector<std::string>& choices) {
  if (choices.empty() || std::ranges::find(choices, value) != choices.end()) return {};
  return misused(&command, fmt::format("{}: '{}' is none of {}.{}", name, value, fmt::join(choices, ", "),
                                       suggestion(value, choices)));
}

std::expected<void, Failure> check(const Command& command, const Given& given) {
  std::size_t taken = 0;
  for (const Argument& argument : command.arguments) {
    if (argument.required && taken == given.arguments.size()) {
      return misused(&command, fmt::format("{} is missing.", argument.name));
    }
    const std::size_t end =
        argument.many ? given.arguments.size() : std::min(taken + 1, given.arguments.size());
    for (; taken < end; ++taken) {
      if (auto checked = check_choice(command, argument.name, given.arguments[taken], argument.choices);
          !checked)
        return checked;
    }
  }
  if (taken < given.arguments.size()) {
    return misused(&command, fmt::format("'{}' is not expected.", given.arguments[taken]));
  }
  for (const Option& option : command.options) {
    const auto value = given.value(option.name);
    if (option.required && !value)
      return misused(&command, fmt::format("{} {} is missing.", option.name, option.value));
    if (!value) continue;
    if (auto checked = check_choice(command, option.name, *value, option.choices); !checked) return checked;
  }
  return {};
}

// A command's options as CLI11 parses them. It splits words into options and arguments; what they must be is
// checked by the description of the command.
class Parser {
 public:
  explicit Parser(const Command& command) : command_(command) {
    app_.set_help_flag();
    app_.add_flag("-h,--help", help_);
    app_.add_option("arguments", given_.arguments);
    if (!command.settings.empty()) app_.add_option("--config", config_);
    for (const Option& option : command.options) add(option.name, option.value, option.name, given_.options);
    for (const Setting* const setting : settings_of(command)) {
      add(setting->flag(), setting->value, setting->key, given_.settings);
    }
  }

  std::expected<CommandLine, Failure> parse(std::span<const std::string> words) {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ExtrasError&) {
      const auto extras = app_.remaining();
      const std::string& unknown = extras.front();
      return misused(&command_,
                     fmt::format("There is no option {}.{}", unknown,
                                 suggestion(unknown.substr(0, unknown.find('=')), option_names(command_))));
    } catch (const CLI::ParseError& error) {
      return misused(&command_, std::string(error.what()) + ".");
    }
    for (const auto& value : values_) {
      if (value->option->count() > 0) value->into->insert_or_assign(value->key, value->text);
    }
    if (!help_) {
      if (auto checked = check(command_, given_); !checked)
        return std::unexpected(std::move(checked.error()));
    }
    return CommandLine{&command_, help_, std::move(given_),
                       config_.empty() ? std::nullopt : std::optional(std::move(config_))};
  }

 private:
  using Texts = std::map<std::string, std::string, std::less<>>;

  struct Value {
    std::string key;
    Texts* into;
    std::string text;
    CLI::Option* option = nullptr;
  };

  void add(const std::string& name, const std::string& value_name, const std::string& key, Texts& into) {
    values_.push_back(std::make_unique<Value>(Value{key, &into, {}}));
    Value& value = *values_.back();
    value.option =
        value_name.empty() ? app_.add_flag(name + "{true}", value.text) : app_.add_option(name, value.text);
  }

  const Command& command_;
  CLI::App app_;
  bool help_ = false;
  std::string config_;
  Given given_;
  std::vector<std::unique_ptr<Value>> values_;  // CLI11 keeps references to the texts
};

}  // namespace

std::expected<CommandLine, Failure> parse_command_line(std::span<const std::string> words,
                                                       std::span<const Command> commands) {
  static const std::vector<std::string> version{"version"};
  if (words.size() == 1 && words.front() == "--version") words = version;
  const Command* const command = take_command(words, commands);
  if (command != nullptr && command->run != nullptr) return Parser(*command).parse(words);

  const auto wants_manual = [](const std::string& word) {
    return word == "--help" || word == "-h" || word == "help";
  };
  if (!words.empty() && wants_manual(words.front())) return CommandLine{command, true, {}, {}};
  if (words.empty())
    return misused(command, command != nullptr ? fmt::format("{} needs a command.", command->name)
                                               : "A command is missing.");
  const std::string wanted = (command != nullptr ? command->name + " " : "") + words.front();
  std::vector<std::string> names;
  for (const Command& known : commands) names.push_back(known.name);
  return misused(command, fmt::format("There is no command '{}'.{}", wanted, suggestion(wanted, names)));
}

}  // namespace stimmbuch::program
