#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "engine.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"
#include "stimmbuch/tools/client/server_url.hpp"

// What can be set by flag, environment and file alike. No setting holds a secret: keys and tokens lie in
// files, and the settings name these.
namespace stimmbuch::program {

// The settings as the program uses them, with their defaults.
struct Values {
  Values();

  EngineOptions engine;
  http::TlsFiles tls;  // empty: none
  client::ServerUrl server;
  std::filesystem::path token_file;
};

// A row of the table of settings.
struct Setting {
  std::string key;    // as in the file: "tls.cert"
  std::string value;  // what it takes: "FILE"; empty: true or false
  std::string help;   // a sentence

  std::string (*text)(const Values&);
  // Nothing, or what the text should be.
  std::optional<std::string> (*set)(Values&, std::string_view text);

  std::string own_flag = {};  // where the flag is not made of the key

  std::string flag() const;      // "--tls-cert"
  std::string variable() const;  // "STIMMBUCH_TLS__CERT"
};

std::span<const Setting> all_settings();

enum class Origin { built_in, file, environment, flag };

std::string_view name_of(Origin origin);

// Where settings come from besides their defaults.
struct Sources {
  std::map<std::string, std::string, std::less<>> flags;  // by key
  std::function<std::optional<std::string>(const std::string& variable)> environment;
  std::optional<std::filesystem::path> file;  // named by the caller, so it must exist
};

// The settings of one run: flags over environment over file over defaults.
struct Settings {
  Values values;
  std::map<std::string, Origin, std::less<>> origins;  // of every key
  std::optional<std::filesystem::path> file;           // that was read

  // The options of an engine that serves; the data directory must be set.
  std::expected<EngineOptions, Failure> engine() const;
  std::expected<std::filesystem::path, Failure> data() const;
  // The content of the file of the token, without the white space around it.
  std::expected<std::string, Failure> token() const;
};

std::expected<Settings, Failure> resolve_settings(const Sources& sources);

// The configuration files that are looked for where none is named, in this order.
std::vector<std::filesystem::path> usual_configuration_files(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace stimmbuch::program
