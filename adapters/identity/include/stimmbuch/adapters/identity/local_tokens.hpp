#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/identity/principal.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::identity {

// The issuer of local tokens, as it stands in identities. No OpenID issuer can have this name, theirs are
// addresses.
constexpr std::string_view local_issuer = "local";

// Why no token was minted; `text` says what to do.
struct MintError {
  enum class Kind { citizen_in_town, subject_invalid, ttl_invalid };

  Kind kind;
  std::string_view text;
};

// Tokens that this ledger mints and verifies itself, with a MAC key of its own: sb1.<payload>.<mac>, see
// docs/formats/tokens.md. From any thread.
class LocalTokens {
 public:
  static constexpr std::chrono::seconds ttl_max = std::chrono::days{366};

  LocalTokens(const LedgerId& ledger, ledger::Purpose purpose, const crypto::Secret& token_key);

  // A token for one role. A ledger of purpose town mints none for citizens: nobody can act for them.
  std::expected<std::string, MintError> mint(Role role, std::string_view subject, std::chrono::seconds ttl,
                                             Time now) const;

  // True if the text has the form of a local token, whoever minted it.
  static bool is_local(std::string_view token);

  std::expected<Grant, AuthError> verify(std::string_view token, Time now) const;

 private:
  LedgerId ledger_;
  ledger::Purpose purpose_;
  crypto::Mac mac_;
};

}  // namespace stimmbuch::identity
