#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/identity/principal.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"
#include "stimmbuch/domain/basics.hpp"

namespace stimmbuch::identity {

// An issuer of tokens that operations trust.
struct OpenIdIssuer {
  std::string issuer;               // exactly the tokens' `iss`, an https address
  std::string audience;             // what the tokens' `aud` must contain
  std::filesystem::path keys_file;  // its public keys, a JWK set of at most 1 MiB

  Roles roles_of_all;      // what everybody with a token of this issuer is
  std::string role_claim;  // JSON pointer to a claim that gives further roles: a list of words; empty: none
  std::map<std::string, Role, std::less<>> roles;  // what its words mean; others mean nothing

  std::string typ;               // the type the header must state, such as "at+jwt"; empty: any
  std::vector<std::string> acr;  // the levels of assurance accepted; empty: any
};

// Verifies the tokens of OpenID issuers: JWTs signed with RS256, PS256, ES256 or EdDSA. The record of the
// key, found by `kid` in the issuer's file, decides the algorithm; nothing in the token can name another or
// bring a key along.
//
// From any thread.
class OpenIdIssuers {
 public:
  // Reads the key files; the error names the issuer and what is wrong with it. None configured is fine: then
  // no such token is accepted.
  static std::expected<std::unique_ptr<OpenIdIssuers>, std::string> open(
      std::vector<OpenIdIssuer> configured);
  ~OpenIdIssuers();

  std::expected<Grant, AuthError> verify(std::string_view token, Time now) const;

  // Reads the key files again. An issuer whose file is not good keeps the keys that it had; the answer holds
  // a sentence for each.
  std::vector<std::string> reload();

 private:
  struct Trusted;

  explicit OpenIdIssuers(std::vector<std::unique_ptr<Trusted>> trusted);

  std::vector<std::unique_ptr<Trusted>> trusted_;
};

}  // namespace stimmbuch::identity
