#include "cli/manual.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t widest = 100;
constexpr std::size_t term_width = 24;

class Page {
 public:
  explicit Page(std::size_t width) : width_(std::min(width, widest)) {}

  void paragraph(std::string_view text, std::size_t indent = 0) {
    for (const auto& line : wrapped(text, width_ - indent)) text_ += std::string(indent, ' ') + line + '\n';
  }
  void heading(std::string_view text) { text_ += fmt::format("\n{}:\n", text); }
  void blank() { text_ += '\n'; }
  void line(std::string_view text) { text_ += fmt::format("{}\n", text); }

  // A term and what it means, side by side.
  void term(std::string_view term, std::string_view meaning) {
    const auto lines = wrapped(meaning, width_ - term_width - 2);
    std::string begin = fmt::format("  {}", term);
    if (display_width(begin) >= term_width + 1) {
      line(begin);
      begin.clear();
    }
    for (const auto& one : lines) line(fitted(std::exchange(begin, {}), term_width + 2) + one);
    if (lines.empty()) line(begin);
  }

  std::string text() && { return std::move(text_); }

 private:
  std::size_t width_;
  std::string text_;
};

bool is_group(const Command& command) {
  return command.run == nullptr;
}

bool is_inside(const Command& command, const Command& group) {
  return command.name.starts_with(group.name + " ");
}

void list_commands(Page& page, std::span<const Command> commands, auto&& shown) {
  page.heading("Commands");
  for (const Command& command : commands) {
    if (shown(command)) page.term(command.name, command.purpose);
  }
}

std::string usage(const Command& command) {
  std::string line = "Usage: stimmbuch " + command.name;
  for (const Argument& argument : command.arguments) {
    const std::string name = argument.name + (argument.many ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  for (const Option& option : command.options) {
    if (option.required) line += fmt::format(" {} {}", option.name, option.value);
  }
  return line + " [OPTION...]";
}

void describe(Page& page, const Setting& setting) {
  const std::string preset = setting.text(Values());
  const std::string names = setting.variable() + ", " + setting.key;
  page.term(setting.value.empty() ? setting.flag() : setting.flag() + " " + setting.value,
            fmt::format("{} [{}{}]", setting.help, names, preset.empty() ? "" : "; default " + preset));
}

void describe_exits(Page& page, const Command& command) {
  page.heading("Exit codes");
  std::vector<ExitCode> codes{ExitCode::ok, ExitCode::failed, ExitCode::usage};
  codes.insert(codes.end(), command.exits.begin(), command.exits.end());
  for (const ExitCode code : codes) page.term(std::to_string(static_cast<int>(code)), row_of(code).meaning);
}

}  // namespace

std::vector<const Setting*> settings_of(const Command& command) {
  std::vector<const Setting*> settings;
  for (const Setting& setting : all_settings()) {
    const bool taken = std::ranges::any_of(command.settings, [&](const std::string& key) {
      return key.ends_with('.') ? setting.key.starts_with(key) : setting.key == key;
    });
    if (taken) settings.push_back(&setting);
  }
  return settings;
}

std::string manual(std::span<const Command> commands, std::size_t width) {
  Page page(width);
  page.paragraph(
      "Stimmbuch: an event-sourced engine for citizen participation. One program is the server and its "
      "tools.");
  page.blank();
  page.line("Usage: stimmbuch COMMAND [OPTION...]");
  list_commands(page, commands, [](const Command& command) { return !is_group(command); });
  page.blank();
  page.paragraph(
      "`stimmbuch COMMAND --help` explains a command. Results go to standard output, everything else to "
      "standard error; with --json every line of the result is JSON.");
  return std::move(page).text();
}

std::string manual(const Command& command, std::span<const Command> commands, std::size_t width) {
  Page page(width);
  page.paragraph(command.purpose);
  if (is_group(command)) {
    list_commands(page, commands, [&](const Command& other) { return is_inside(other, command); });
    return std::move(page).text();
  }
  page.blank();
  page.line(usage(command));
  if (!command.details.empty()) {
    page.blank();
    page.paragraph(command.details);
  }
  if (!command.arguments.empty()) page.heading("Arguments");
  for (const Argument& argument : command.arguments) page.term(argument.name, argument.help);
  page.heading("Options");
  for (const Option& option : command.options) {
    page.term(option.value.empty() ? option.name : option.name + " " + option.value, option.help);
  }
  page.term("--help", "Print this.");
  if (!command.settings.empty()) {
    page.heading("Settings: by flag [by environment variable, by key of the configuration file]");
    for (const Setting* const setting : settings_of(command)) describe(page, *setting);
    page.term("--config FILE",
              "The configuration file (TOML) [STIMMBUCH_CONFIG; default the first that exists of "
              "~/.config/stimmbuch/config.toml and /etc/stimmbuch/config.toml]");
  }
  if (!command.examples.empty()) page.heading("Examples");
  for (const Example& example : command.examples) {
    page.line(fmt::format("  stimmbuch {}", example.line));
    page.paragraph(example.says, 6);
  }
  describe_exits(page, command);
  return std::move(page).text();
}

}  // namespace stimmbuch::program
