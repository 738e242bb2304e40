#include "cli/command.hpp"

#include <charconv>

#include <fmt/format.h>

namespace stimmbuch::program {

std::optional<std::string> Given::value(std::string_view option) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

std::expected<std::uint64_t, Failure> Given::number(std::string_view option, std::uint64_t fallback) const {
  const auto found = options.find(option);
  if (found == options.end()) return fallback;
  const std::string& text = found->second;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return failed(ExitCode::usage, fmt::format("{}: '{}' is not a whole number from 0", option, text));
}

std::vector<Option> with_common_options(std::vector<Option> own) {
  own.push_back({"--json", "", "Every line of the result is JSON; the last one is a summary or an error."});
  own.push_back({"--progress",
                 "STYLE",
                 "How progress is told on standard error: bar, plain, json or none; a bar on a terminal.",
                 {"bar", "plain", "json", "none"}});
  own.push_back({"--quiet", "", "Nothing on standard error but errors."});
  return own;
}

std::vector<std::string> with_data_settings(const std::vector<std::string>& own) {
  std::vector<std::string> settings{"data", "wrapping_key", "wrapping_key_command"};
  settings.insert(settings.end(), own.begin(), own.end());
  return settings;
}

}  // namespace stimmbuch::program
