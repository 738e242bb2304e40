#include "cli/settings_file.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cli/nearest.hpp"
#include "cli/settings.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view issuers_key = "issuer";
constexpr std::string_view kafka_prefix = "kafka.";  // what is no setting below it is librdkafka's

// What is wrong with the file, thrown inside this reader only.
struct Wrong {
  toml::source_position where;
  std::string text;
};

[[noreturn]] void wrong(const toml::node& node, std::string text) {
  throw Wrong{node.source().begin, std::move(text)};
}

std::string text_of(const toml::node& node, std::string_view key) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const number = node.as_integer()) return std::to_string(number->get());
  if (const auto* const boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  wrong(node, fmt::format("{} is neither a text, a whole number nor true or false", key));
}

std::vector<std::string> texts_of(const toml::node& node, std::string_view key) {
  const auto* const array = node.as_array();
  if (array == nullptr) wrong(node, fmt::format("{} is not a list of texts", key));
  std::vector<std::string> texts;
  for (const toml::node& item : *array) texts.push_back(text_of(item, key));
  return texts;
}

identity::Role role_of(const toml::node& node, std::string_view key) {
  const std::string name = text_of(node, key);
  const auto role = identity::parse_role(name);
  if (role) return *role;
  std::vector<std::string> names;
  for (const auto& row : identity::role_table) names.emplace_back(row.name);
  wrong(node,
        fmt::format("{} names the role '{}', which does not exist.{}", key, name, suggestion(name, names)));
}

// ---- issuers

struct IssuerMember {
  std::string_view name;
  void (*read)(const toml::node& node, identity::OpenIdIssuer& issuer);
};

constexpr std::array issuer_members{
    IssuerMember{"issuer", [](const toml::node& node,
                              identity::OpenIdIssuer& issuer) { issuer.issuer = text_of(node, "issuer"); }},
    IssuerMember{"audience",
                 [](const toml::node& node, identity::OpenIdIssuer& issuer) {
                   issuer.audience = text_of(node, "audience");
                 }},
    IssuerMember{"keys_file",
                 [](const toml::node& node, identity::OpenIdIssuer& issuer) {
                   issuer.keys_file = text_of(node, "keys_file");
                 }},
    IssuerMember{"role_claim",
                 [](const toml::node& node, identity::OpenIdIssuer& issuer) {
                   issuer.role_claim = text_of(node, "role_claim");
                 }},
    IssuerMember{"typ", [](const toml::node& node,
                           identity::OpenIdIssuer& issuer) { issuer.typ = text_of(node, "typ"); }},
    IssuerMember{"acr", [](const toml::node& node,
                           identity::OpenIdIssuer& issuer) { issuer.acr = texts_of(node, "acr"); }},
    IssuerMember{"roles_of_all",
                 [](const toml::node& node, identity::OpenIdIssuer& issuer) {
                   const auto* const array = node.as_array();
                   if (array == nullptr) wrong(node, "roles_of_all is not a list of roles");
                   for (const toml::node& item : *array)
                     issuer.roles_of_all.insert(role_of(item, "roles_of_all"));
                 }},
    IssuerMember{"roles",
                 [](const toml::node& node, identity::OpenIdIssuer& issuer) {
                   const auto* const table = node.as_table();
                   if (table == nullptr)
                     wrong(node, "roles is not a table of roles by the words of the claim");
                   for (const auto& [word, role] : *table)
                     issuer.roles.emplace(word.str(), role_of(role, "roles"));
                 }},
};

identity::OpenIdIssuer read_issuer(const toml::node& node) {
  const auto* const table = node.as_table();
  if (table == nullptr) wrong(node, "an issuer is written as [[issuer]]");
  identity::OpenIdIssuer issuer;
  for (const auto& [key, value] : *table) {
    const auto member = std::ranges::find(issuer_members, key.str(), &IssuerMember::name);
    if (member == issuer_members.end()) {
      std::vector<std::string> names;
      for (const auto& known : issuer_members) names.emplace_back(known.name);
      wrong(value, fmt::format("an issuer has no member '{}'.{}", key.str(), suggestion(key.str(), names)));
    }
    member->read(value, issuer);
  }
  if (issuer.issuer.empty() || issuer.audience.empty() || issuer.keys_file.empty()) {
    wrong(node, "an issuer needs issuer, audience and keys_file");
  }
  return issuer;
}

// ---- settings

std::vector<std::string> known_keys() {
  std::vector<std::string> keys{std::string(issuers_key)};
  for (const Setting& setting : all_settings()) keys.push_back(setting.key);
  return keys;
}

void read_table(const toml::table& table, const std::string& prefix, SettingsFile& file) {
  const auto keys = known_keys();
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (key == issuers_key) {
      const auto* const list = node.as_array();
      if (list == nullptr) wrong(node, "an issuer is written as [[issuer]]");
      for (const toml::node& issuer : *list) file.issuers.push_back(read_issuer(issuer));
    } else if (const auto* const inner = node.as_table()) {
      read_table(*inner, key + ".", file);
    } else if (std::ranges::find(keys, key) == keys.end() && key.starts_with(kafka_prefix)) {
      file.kafka_properties.emplace(key.substr(kafka_prefix.size()), text_of(node, key));
    } else if (std::ranges::find(keys, key) == keys.end()) {
      wrong(node, fmt::format("there is no setting '{}'.{}", key, suggestion(key, keys)));
    } else if (node.is_array()) {
      file.settings.emplace(key, fmt::format("{}", fmt::join(texts_of(node, key), ",")));
    } else {
      file.settings.emplace(key, text_of(node, key));
    }
  }
}

}  // namespace

std::expected<SettingsFile, std::string> read_settings_file(const std::filesystem::path& path) {
  try {
    SettingsFile file;
    read_table(toml::parse_file(path.string()), "", file);
    return file;
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        fmt::format("{}:{}: {}", path.string(), error.source().begin.line, error.description()));
  } catch (const Wrong& found) {
    return std::unexpected(fmt::format("{}:{}: {}", path.string(), found.where.line, found.text));
  }
}

}  // namespace stimmbuch::program
