#include "stimmbuch/adapters/vault/derive.hpp"

#include <algorithm>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::vault {

namespace {

// 16 bytes, 22 characters.
std::string short_text(const crypto::Digest& digest) {
  return to_base64url(std::span{digest}.first<16>());
}

template <class AnyId>
AnyId short_id(const crypto::Digest& digest) {
  return AnyId::parse(short_text(digest)).value();  // base64url is always an id
}

}  // namespace

VoterId voter_pseudonym(const crypto::Mac& contest, const CitizenId& citizen) {
  return short_id<VoterId>(contest("voter", {citizen.text()}));
}

RespondentId respondent(const crypto::Mac& contest, const VoterId& voter) {
  return short_id<RespondentId>(contest("respondent", {voter.text()}));
}

VoterId imported_voter(const crypto::Mac& contest, std::string_view external_id) {
  return short_id<VoterId>(contest("imported-voter", {external_id}));
}

crypto::Digest roll_number(const crypto::Mac& contest, const CitizenId& citizen) {
  return contest("roll", {citizen.text()});
}

roll::Binding roll_binding(const LedgerId& ledger, const PollId& poll, const CitizenId& citizen,
                           const VoterId& voter, const crypto::Digest& number) {
  const auto fields = crypto::joined(
      "roll", {ledger.text(), poll.text(), citizen.text(), voter.text(), crypto::text_of(number)});
  return crypto::sha256(crypto::bytes_of(fields));
}

CommandId command_id(const crypto::Mac& key, const Actor& actor, const StreamId& stream,
                     std::string_view client_key) {
  const auto digest = key("id", {actor_text(actor), subject(stream), client_key});
  CommandId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::array<std::byte, 8> content_tag(const crypto::Mac& key, const CommandId& id, std::string_view type,
                                     std::string_view data) {
  const auto digest = key("content", {crypto::text_of(id), type, data});
  std::array<std::byte, 8> tag;
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

runner::CommandTag command_tag(const crypto::Mac& key, const Actor& actor, const StreamId& stream,
                               std::string_view client_key, std::string_view type, std::string_view data) {
  const auto id = command_id(key, actor, stream, client_key);
  return {.id = id, .content = content_tag(key, id, type, data)};
}

std::string created_id(const crypto::Mac& derivation, std::string_view kind, const Actor& actor,
                       std::string_view client_key) {
  return short_text(derivation("created", {kind, actor_text(actor), client_key}));
}

std::string identity_row_name(const crypto::Mac& subject, std::string_view issuer,
                              std::string_view token_subject) {
  return "identity/" + to_base64url(subject("identity", {issuer, token_subject}));
}

std::string registry_row_name(const crypto::Mac& subject, std::string_view registry_identity) {
  return "registry/" + to_base64url(subject("registry", {registry_identity}));
}

bool is_identity_row(std::string_view name) {
  return name.starts_with("identity/") || name.starts_with("registry/");
}

std::string erasing_row_name(std::string_view what) {
  return std::string{erasing_prefix}.append(what);
}

std::string held_row_name(std::string_view identity_row) {
  return std::string{held_prefix}.append(identity_row);
}

OfficialId official_id(const crypto::Mac& subject, std::string_view issuer, std::string_view token_subject) {
  return short_id<OfficialId>(subject("official", {issuer, token_subject}));
}

}  // namespace stimmbuch::vault
