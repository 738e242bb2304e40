#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"

// Every id and name that is derived from a secret, in one place. Each is the first bytes of an HMAC under a
// purpose of its own (docs/formats/derivations.md has the bytes and vectors); none may ever change, or a
// repeat would no longer be recognised as one. Pure, from any thread.
namespace stimmbuch::vault {

// ---- under the secret of a contest

// As whom a citizen appears in one contest.
VoterId voter_pseudonym(const crypto::Mac& contest, const CitizenId& citizen);

// As whom a participant of a survey appears to those who read what people say in it.
RespondentId respondent(const crypto::Mac& contest, const VoterId& voter);

// As whom a voter of another system appears in an imported poll.
VoterId imported_voter(const crypto::Mac& contest, std::string_view external_id);

// A number of a citizen's own, by which their entry on a poll's roll can be opened.
crypto::Digest roll_number(const crypto::Mac& contest, const CitizenId& citizen);

// What stands on a roll for a citizen. Under no secret: whoever has the number can make it.
roll::Binding roll_binding(const LedgerId& ledger, const PollId& poll, const CitizenId& citizen,
                           const VoterId& voter, const crypto::Digest& number);

// ---- of a command. `key` is the contest's secret in pseudonymous streams, else the idempotency secret.

using CommandId = std::array<std::byte, 16>;

// The same for every repeat of a command: same actor, same stream, same key of the client.
CommandId command_id(const crypto::Mac& key, const Actor& actor, const StreamId& stream,
                     std::string_view client_key);

// Tells a repeat from another command under the same key of the client. `data` is the canonical writing of
// the command's members, vault texts left out.
std::array<std::byte, 8> content_tag(const crypto::Mac& key, const CommandId& id, std::string_view type,
                                     std::string_view data);

// Both together, as the record holds them.
runner::CommandTag command_tag(const crypto::Mac& key, const Actor& actor, const StreamId& stream,
                               std::string_view client_key, std::string_view type, std::string_view data);

// ---- under the derivation secret

// The id of what a command creates ("project", "poll", …), so that a repeat addresses the same stream.
std::string created_id(const crypto::Mac& derivation, std::string_view kind, const Actor& actor,
                       std::string_view client_key);

// ---- under the subject secret

// The row that tells which citizen a subject of an issuer of tokens is: identity/<hash>, its value the
// citizen id.
std::string identity_row_name(const crypto::Mac& subject, std::string_view issuer,
                              std::string_view token_subject);

// The row that tells which citizen holds a registry identity: registry/<hash>, its value the citizen id.
std::string registry_row_name(const crypto::Mac& subject, std::string_view registry_identity);

// Whether a row tells who somebody is: one of the two above.
bool is_identity_row(std::string_view name);

// As whom a subject acts in an official's role.
OfficialId official_id(const crypto::Mac& subject, std::string_view issuer, std::string_view token_subject);

// ---- what is to be destroyed

// The row that says that a text (by the name of its row) or a person (by their subject) is to be destroyed.
std::string erasing_row_name(std::string_view what);

// The row that stays of an identity while its account must not be made anew.
std::string held_row_name(std::string_view identity_row);

inline constexpr std::string_view erasing_prefix = "erasing/";
inline constexpr std::string_view held_prefix = "held/";

}  // namespace stimmbuch::vault
