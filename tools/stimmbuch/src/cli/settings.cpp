#include "cli/settings.hpp"

#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/settings_file.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view file_variable = "STIMMBUCH_CONFIG";
constexpr std::size_t token_bytes_max = 8192;

// The file to read: the named one, else the first of the usual ones that exists.
std::optional<std::filesystem::path> chosen_file(const Sources& sources) {
  if (sources.file) return sources.file;
  if (auto named = sources.environment(std::string(file_variable))) return *named;
  for (auto& path : usual_configuration_files(sources.environment)) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return std::nullopt;
}

std::unexpected<Failure> invalid(std::string_view where, std::string_view text, std::string_view wanted) {
  return failed(ExitCode::usage, fmt::format("{}: '{}' is not {}", where, text, wanted));
}

}  // namespace

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::built_in:
      return "default";
    case Origin::file:
      return "file";
    case Origin::environment:
      return "environment";
    case Origin::flag:
      return "flag";
  }
  return "";
}

std::vector<std::filesystem::path> usual_configuration_files(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  std::vector<std::filesystem::path> paths;
  if (const auto base = environment("XDG_CONFIG_HOME"); base && !base->empty()) {
    paths.push_back(std::filesystem::path(*base) / "stimmbuch/config.toml");
  } else if (const auto home = environment("HOME"); home && !home->empty()) {
    paths.push_back(std::filesystem::path(*home) / ".config/stimmbuch/config.toml");
  }
  paths.emplace_back("/etc/stimmbuch/config.toml");
  return paths;
}

std::expected<Settings, Failure> resolve_settings(const Sources& sources) {
  Settings settings;
  settings.file = chosen_file(sources);
  SettingsFile file;
  if (settings.file) {
    auto read = read_settings_file(*settings.file);
    if (!read) return failed(ExitCode::usage, std::move(read.error()));
    file = std::move(*read);
  }
  settings.values.engine.issuers = std::move(file.issuers);
  settings.values.engine.kafka.properties = std::move(file.kafka_properties);
  for (const Setting& setting : all_settings()) {
    Origin& origin = settings.origins.emplace(setting.key, Origin::built_in).first->second;
    std::string text;
    std::string where;
    if (const auto flag = sources.flags.find(setting.key); flag != sources.flags.end()) {
      origin = Origin::flag;
      text = flag->second;
      where = setting.flag();
    } else if (const auto variable = sources.environment(setting.variable())) {
      origin = Origin::environment;
      text = *variable;
      where = setting.variable();
    } else if (const auto stated = file.settings.find(setting.key); stated != file.settings.end()) {
      origin = Origin::file;
      text = stated->second;
      where = fmt::format("{}: {}", settings.file->string(), setting.key);
    } else {
      continue;
    }
    if (const auto wanted = setting.set(settings.values, text)) return invalid(where, text, *wanted);
  }
  return settings;
}

std::expected<std::filesystem::path, Failure> Settings::data() const {
  if (values.engine.data.empty()) {
    return failed(ExitCode::usage,
                  "no data directory: name it by --data DIR, STIMMBUCH_DATA or data in the file");
  }
  return std::filesystem::absolute(values.engine.data).lexically_normal();
}

std::expected<EngineOptions, Failure> Settings::engine() const {
  auto directory = data();
  if (!directory) return std::unexpected(std::move(directory.error()));
  EngineOptions options = values.engine;
  options.data = std::move(*directory);
  if (values.tls.certificate_chain.empty() != values.tls.private_key.empty()) {
    return failed(ExitCode::usage, "tls.cert and tls.key go together: set both or none");
  }
  if (!values.tls.certificate_chain.empty()) options.tls = values.tls;
  return options;
}

std::expected<std::string, Failure> Settings::token() const {
  if (values.token_file.empty()) {
    return failed(
        ExitCode::usage,
        "no token: name its file by --token-file FILE, STIMMBUCH_TOKEN_FILE or token_file in the file; "
        "`stimmbuch token` makes one");
  }
  std::ifstream input(values.token_file);
  std::string token(std::istreambuf_iterator<char>(input), {});
  if (!input.is_open())
    return failed(ExitCode::credentials,
                  fmt::format("cannot read the token file {}", values.token_file.string()));
  constexpr std::string_view white = " \t\r\n";
  token.erase(token.find_last_not_of(white) + 1);
  token.erase(0, token.find_first_not_of(white));
  if (token.empty() || token.size() > token_bytes_max || token.find_first_of(white) != std::string::npos) {
    return failed(ExitCode::credentials,
                  fmt::format("{} does not hold one token", values.token_file.string()));
  }
  return token;
}

}  // namespace stimmbuch::program
