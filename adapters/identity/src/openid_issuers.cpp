#include "stimmbuch/adapters/identity/openid_issuers.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

#include <nlohmann/json.hpp>

#include "key_set.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "strict_json.hpp"

namespace stimmbuch::identity {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds leeway{60};
constexpr std::size_t keys_file_size_max = 1 << 20;

std::unexpected<AuthError> refused(AuthFault fault, std::string_view text) {
  return std::unexpected(AuthError{fault, text});
}

std::unexpected<AuthError> malformed() {
  return refused(AuthFault::malformed, "The token is malformed.");
}

std::unexpected<AuthError> foreign() {
  return refused(AuthFault::foreign,
                 "The token was not issued for this service by an issuer that it trusts.");
}

// A token taken apart; nothing of it is believed yet.
struct Jwt {
  Json header;
  Json claims;
  std::string_view signed_text;
  std::vector<std::byte> signature;
};

std::optional<Json> decoded_object(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  return parse_strict_object(crypto::text_of(*bytes));
}

std::optional<Jwt> parse(std::string_view token) {
  if (token.size() > token_size_max || std::ranges::count(token, '.') != 2) return std::nullopt;
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  auto header = decoded_object(token.substr(0, first));
  auto claims = decoded_object(token.substr(first + 1, last - first - 1));
  auto signature = from_base64url(token.substr(last + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Jwt{*std::move(header), *std::move(claims), token.substr(0, last), *std::move(signature)};
}

// Whether the claim is the text or a list with it.
bool names(const Json& claims, const char* name, std::string_view text) {
  const auto found = claims.find(name);
  if (found == claims.end()) return false;
  if (found->is_array()) return std::ranges::find(*found, Json(text)) != found->end();
  return *found == Json(text);
}

// Seconds since 1970, perhaps with a fraction; nothing for what is no time.
std::optional<Time> time_of(const Json& claim) {
  constexpr double latest = 253'402'300'800.0;  // the year 10000
  if (!claim.is_number()) return std::nullopt;
  const auto value = claim.get<double>();
  if (!(value >= 0 && value < latest)) return std::nullopt;
  return Time{std::chrono::seconds{static_cast<std::int64_t>(std::floor(value))}};
}

// Whether a time that a token may state lies behind now, as far as clocks agree.
std::expected<void, AuthError> not_ahead(const Json& claims, const char* name, Time now) {
  const auto found = claims.find(name);
  if (found == claims.end()) return {};
  const auto time = time_of(*found);
  if (!time) return malformed();
  if (now < *time - leeway) return refused(AuthFault::not_yet_valid, "The token is not valid yet.");
  return {};
}

std::string normal_type(std::string_view typ) {
  std::string normal;
  std::ranges::transform(typ, std::back_inserter(normal),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view media = "application/";
  return normal.starts_with(media) ? normal.substr(media.size()) : normal;
}

// The words of a claim: a list of strings, or words in a string as in `scope`.
std::vector<std::string> words_of(const Json& claim) {
  std::vector<std::string> words;
  if (claim.is_string()) {
    for (const auto word : std::views::split(claim.get_ref<const std::string&>(), ' ')) {
      words.emplace_back(word.begin(), word.end());
    }
  }
  if (claim.is_array()) {
    for (const auto& word : claim) {
      if (word.is_string()) words.push_back(word.get<std::string>());
    }
  }
  return words;
}

Roles roles_in(const Json& claims, const OpenIdIssuer& issuer) {
  auto roles = issuer.roles_of_all;
  if (issuer.role_claim.empty()) return roles;
  const Json::json_pointer place{issuer.role_claim};
  if (!claims.contains(place)) return roles;
  for (const auto& word : words_of(claims.at(place))) {
    if (const auto role = issuer.roles.find(word); role != issuer.roles.end()) roles.insert(role->second);
  }
  return roles;
}

std::expected<KeySet, std::string> load_keys(const OpenIdIssuer& issuer) {
  const auto fail = [&](std::string_view what) {
    return std::unexpected("issuer " + issuer.issuer + ": key file " + issuer.keys_file.string() + " " +
                           std::string{what});
  };
  std::ifstream file{issuer.keys_file, std::ios::binary};
  std::string text(keys_file_size_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || file.gcount() == 0) return fail("cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > keys_file_size_max) return fail("is larger than 1 MiB");
  auto keys = parse_key_set(text);
  if (!keys) return fail(keys.error());
  return keys;
}

std::optional<std::string> fault_of(const OpenIdIssuer& issuer) {
  const auto fault = [&](std::string_view what) {
    return "issuer " + issuer.issuer + ": " + std::string{what};
  };
  if (!issuer.issuer.starts_with("https://")) return fault("its name must be an https address");
  if (issuer.audience.empty())
    return fault("an audience must be set, or tokens meant for others would be accepted");
  if (!issuer.role_claim.empty()) {
    try {
      const Json::json_pointer pointer{issuer.role_claim};
    } catch (const Json::exception&) {
      return fault("the role claim must be a JSON pointer such as /roles");
    }
  }
  return std::nullopt;
}

}  // namespace

// An issuer with the keys as they were read last.
struct OpenIdIssuers::Trusted {
  OpenIdIssuer issuer;
  mutable std::mutex mutex;
  std::shared_ptr<const KeySet> keys;

  std::shared_ptr<const KeySet> current_keys() const {
    const std::lock_guard lock{mutex};
    return keys;
  }

  std::expected<Grant, AuthError> verify(const Jwt& jwt, Time now) const;
};

std::expected<Grant, AuthError> OpenIdIssuers::Trusted::verify(const Jwt& jwt, Time now) const {
  // No extension is known here, so none that must be understood is.
  if (jwt.header.contains("crit"))
    return refused(AuthFault::unacceptable, "The token needs an unknown extension.");

  const auto kid = string_member(jwt.header, "kid");
  const auto algorithm = string_member(jwt.header, "alg");
  if (!kid || !algorithm) return malformed();
  const auto known = current_keys();
  const auto key = known->find(*kid);
  if (key == known->end() || *algorithm != name_of(key->second.algorithm()) ||
      !key->second.verifies(jwt.signed_text, jwt.signature)) {
    return foreign();
  }

  const auto subject = string_member(jwt.claims, "sub");
  if (!subject || !is_subject(*subject) || !jwt.claims.contains("exp")) return malformed();
  const auto expires = time_of(jwt.claims["exp"]);
  if (!expires) return malformed();
  if (!names(jwt.claims, "aud", issuer.audience)) return foreign();
  if (now >= *expires + leeway) return refused(AuthFault::expired, "The token has expired.");
  for (const auto* name : {"nbf", "iat"}) {
    if (const auto good = not_ahead(jwt.claims, name, now); !good) return std::unexpected(good.error());
  }
  if (!issuer.typ.empty() &&
      normal_type(string_member(jwt.header, "typ").value_or("")) != normal_type(issuer.typ)) {
    return refused(AuthFault::unacceptable, "The token is of another type than this service accepts.");
  }
  if (!issuer.acr.empty()) {
    const auto acr = string_member(jwt.claims, "acr");
    if (!acr || std::ranges::find(issuer.acr, *acr) == issuer.acr.end()) {
      return refused(AuthFault::unacceptable, "The sign-in was not of a level that this service accepts.");
    }
  }
  const auto roles = roles_in(jwt.claims, issuer);
  if (!may_be_held_together(roles)) {
    return refused(AuthFault::unacceptable, "The token gives roles that one person may not hold together.");
  }
  return Grant{.roles = roles,
               .issuer = issuer.issuer,
               .subject = std::string{*subject},
               .expires = *expires + leeway};
}

OpenIdIssuers::OpenIdIssuers(std::vector<std::unique_ptr<Trusted>> trusted) : trusted_{std::move(trusted)} {}

OpenIdIssuers::~OpenIdIssuers() = default;

std::expected<std::unique_ptr<OpenIdIssuers>, std::string> OpenIdIssuers::open(
    std::vector<OpenIdIssuer> configured) {
  std::vector<std::unique_ptr<Trusted>> trusted;
  for (auto& issuer : configured) {
    if (auto fault = fault_of(issuer)) return std::unexpected(*std::move(fault));
    if (std::ranges::any_of(trusted,
                            [&](const auto& other) { return other->issuer.issuer == issuer.issuer; })) {
      return std::unexpected("issuer " + issuer.issuer + ": is configured twice");
    }
    auto keys = load_keys(issuer);
    if (!keys) return std::unexpected(std::move(keys).error());
    auto entry = std::make_unique<Trusted>();
    entry->issuer = std::move(issuer);
    entry->keys = std::make_shared<const KeySet>(*std::move(keys));
    trusted.push_back(std::move(entry));
  }
  return std::unique_ptr<OpenIdIssuers>{new OpenIdIssuers{std::move(trusted)}};
}

std::expected<Grant, AuthError> OpenIdIssuers::verify(std::string_view token, Time now) const {
  const auto jwt = parse(token);
  if (!jwt) return malformed();
  const auto issuer = string_member(jwt->claims, "iss");
  const auto trusted = std::ranges::find_if(
      trusted_, [&](const auto& candidate) { return issuer == std::string_view{candidate->issuer.issuer}; });
  if (trusted == trusted_.end()) return foreign();
  return (*trusted)->verify(*jwt, now);
}

std::vector<std::string> OpenIdIssuers::reload() {
  std::vector<std::string> failures;
  for (const auto& entry : trusted_) {
    auto keys = load_keys(entry->issuer);
    if (!keys) {
      failures.push_back(std::move(keys).error() + "; the earlier keys stay in use");
      continue;
    }
    auto fresh = std::make_shared<const KeySet>(*std::move(keys));
    const std::lock_guard lock{entry->mutex};
    entry->keys = std::move(fresh);
  }
  return failures;
}

}  // namespace stimmbuch::identity
