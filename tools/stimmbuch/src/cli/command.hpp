#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/settings.hpp"

// A command of the program as data: the parser, the manual and the shell completion are made from it.
namespace stimmbuch::program {

// A word on the command line that is not an option.
struct Argument {
  std::string name;  // "FILE"
  std::string help;
  bool required = true;
  bool many = false;  // this and all further words
  std::vector<std::string> choices = {};
};

// An option that is not a setting.
struct Option {
  std::string name;   // "--limit"
  std::string value;  // "N"; empty: a switch
  std::string help;
  std::vector<std::string> choices = {};
  bool required = false;
};

struct Example {
  std::string line;  // without "stimmbuch"
  std::string says;
};

// What the command line said to a command.
struct Given {
  std::vector<std::string> arguments;
  std::map<std::string, std::string, std::less<>> options;   // switches have the value "true"
  std::map<std::string, std::string, std::less<>> settings;  // by key

  bool has(std::string_view option) const { return options.contains(option); }
  std::optional<std::string> value(std::string_view option) const;
  // A whole number from 0, or the fallback.
  std::expected<std::uint64_t, Failure> number(std::string_view option, std::uint64_t fallback) const;
};

struct Command;

// What a command has at hand.
struct Session {
  const Given& given;
  const Settings& settings;  // defaults only, where the command has none
  std::span<const Command> commands;
  Console& console;
};

// A command that failed tells why; one that ended may still have found something, as its exit code says.
using Result = std::expected<ExitCode, Failure>;

struct Command {
  std::string name;     // "log cat"
  std::string purpose;  // one line
  std::string details = {};
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::vector<std::string> settings = {};  // keys, or beginnings that end in a dot
  std::vector<Example> examples = {};
  std::vector<ExitCode> exits = {};  // besides ok, failed and usage
  Result (*run)(Session&) = nullptr;
};

// The options of a command's own and those that all have: --json, --progress and --quiet. All know --help.
std::vector<Option> with_common_options(std::vector<Option> own = {});

// The settings with which a data directory is opened, and a command's own behind them.
std::vector<std::string> with_data_settings(const std::vector<std::string>& own = {});

}  // namespace stimmbuch::program
