#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/identity/roles.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::identity {

// What a verified token says: whom its issuer knows by `subject`, and what that person is.
struct Grant {
  Roles roles;
  std::string issuer;
  std::string subject;
  Time expires;  // accepted before this time
};

// Who makes a request. Issuer and subject are personal: they are in no log line and no record.
struct Principal {
  Grant grant;
  Rights rights;
  OfficialId official;       // as whom this person acts in an official's role
  std::string identity_row;  // the row of the vault, of class secrets, that holds this person's citizen id

  bool may(Right right) const { return rights.contains(right); }
};

enum class AuthFault {
  missing,    // no bearer token at all
  malformed,  // no token of any form known here
  foreign,    // not signed for this ledger by somebody it trusts
  expired,
  not_yet_valid,
  unacceptable,  // good, but not what this ledger accepts: its type, its level of assurance, its roles
};

// Why a request is nobody's. The text is a sentence that names nothing of the token, fit for the answer.
struct AuthError {
  AuthFault fault;
  std::string_view text;
};

// The value of WWW-Authenticate in the answer 401 (RFC 6750).
std::string challenge(const AuthError& error);

constexpr std::size_t token_size_max = 8192;
constexpr std::size_t subject_size_max = 255;

// 1 to 255 bytes without control characters.
bool is_subject(std::string_view text);

}  // namespace stimmbuch::identity
