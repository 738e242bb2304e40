// config check and config print.
#include <fmt/format.h>

#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

std::vector<std::string> every_setting() {
  std::vector<std::string> keys;
  for (const Setting& setting : all_settings()) keys.push_back(setting.key);
  return keys;
}

std::string file_words(const Settings& settings) {
  return settings.file ? settings.file->string() : "no configuration file";
}

Result check(Session& session) {
  const Settings& settings = session.settings;
  session.console.print(fmt::format("{}: the settings are valid, with {} trusted issuer(s)",
                                    file_words(settings), settings.values.engine.issuers.size()));
  session.console.summary({{"file", settings.file ? Json(settings.file->string()) : Json()},
                           {"issuers", settings.values.engine.issuers.size()}});
  return ExitCode::ok;
}

// As it stands in the file: numbers and true or false bare, everything else as a text.
std::string toml_value(const Setting& setting, const std::string& text) {
  const bool bare = setting.value.empty() || setting.value == "N" || setting.value == "MIB";
  return bare ? text : json_text(text);
}

Result print(Session& session) {
  const Settings& settings = session.settings;
  const bool show_origin = session.given.has("--show-origin");
  for (const Setting& setting : all_settings()) {
    const std::string text = setting.text(settings.values);
    const Origin origin = settings.origins.find(setting.key)->second;
    session.console.item({{"key", setting.key}, {"value", text}, {"origin", name_of(origin)}});
    if (text.empty()) continue;  // not set, and without a default
    const std::string line = fmt::format("{} = {}", setting.key, toml_value(setting, text));
    session.console.print(show_origin ? fmt::format("{:<50} # {}", line, name_of(origin)) : line);
  }
  for (const auto& issuer : settings.values.engine.issuers) {
    session.console.item({{"key", "issuer"}, {"value", issuer.issuer}, {"origin", name_of(Origin::file)}});
    session.console.print(fmt::format("\n[[issuer]]\nissuer = {}\naudience = {}\nkeys_file = {}",
                                      json_text(issuer.issuer), json_text(issuer.audience),
                                      json_text(issuer.keys_file.string())));
  }
  session.console.summary({{"file", settings.file ? Json(settings.file->string()) : Json()}});
  return ExitCode::ok;
}

}  // namespace

Command config_check_command() {
  return {
      .name = "config check",
      .purpose = "Check the settings of file, environment and flags.",
      .options = with_common_options(),
      .settings = every_setting(),
      .examples = {{"config check --config /etc/stimmbuch/config.toml", "Before a restart."},
                   {"config check --json", "What would be used here and now, for programs."}},
      .run = check,
  };
}

Command config_print_command() {
  return {
      .name = "config print",
      .purpose = "Print the settings that would be used, in the form of the configuration file.",
      .details =
          "No setting is a secret: keys and tokens lie in files, and only the names of these are settings.",
      .options = with_common_options(
          {{"--show-origin", "", "Say of each whether flag, environment, file or default gave it."}}),
      .settings = every_setting(),
      .examples = {{"config print > config.toml", "A file to begin with."},
                   {"config print --show-origin", "Why a setting is what it is."}},
      .run = print,
  };
}

}  // namespace stimmbuch::program
