#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "stimmbuch/adapters/identity/openid_issuers.hpp"

namespace stimmbuch::program {

// What a configuration file says. Texts are as flags would have them; lists are joined by commas.
struct SettingsFile {
  std::map<std::string, std::string, std::less<>> settings;          // by key
  std::map<std::string, std::string, std::less<>> kafka_properties;  // of the table [kafka]
  std::vector<identity::OpenIdIssuer> issuers;
};

// Reads a TOML file. The error is a sentence that names the file and the line; a key that does not exist is
// one, and the sentence names the nearest.
std::expected<SettingsFile, std::string> read_settings_file(const std::filesystem::path& path);

}  // namespace stimmbuch::program
