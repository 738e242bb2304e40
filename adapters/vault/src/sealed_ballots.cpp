#include "stimmbuch/adapters/vault/sealed_ballots.hpp"

#include <span>
#include <variant>

namespace stimmbuch::vault {

namespace {

crypto::Digest commitment(const crypto::Mac& key, const SealedRecord& record, std::string_view padded) {
  return key("seal", {record.ledger.text(), record.ballot.poll.text(), record.ballot.voter.text(),
                      crypto::text_of(record.command), padded});
}

// The commitment is never the same twice, since the key is not: so neither is the key stream.
std::string encrypted(const crypto::Mac& key, const crypto::Digest& commitment, std::string_view text) {
  const crypto::Secret encryption(key("encrypt", {}));
  return crypto::counter_mode(encryption, std::span{commitment}.first<16>(), text);
}

}  // namespace

const ballot::Seal* seal_of(const ballot::Event& event) {
  if (const auto* const cast = std::get_if<ballot::SealedVoteCast>(&event)) return &cast->seal;
  if (const auto* const changed = std::get_if<ballot::SealedVoteChanged>(&event)) return &changed->seal;
  return nullptr;
}

crypto::Secret ballot_key(const crypto::Mac& sealing, const SealedRecord& record) {
  return crypto::Secret(sealing("ballot-key", {record.ballot.voter.text(), crypto::text_of(record.command)}));
}

ballot::Seal seal_choices(const crypto::Secret& key, const SealedRecord& record, std::string_view padded) {
  const crypto::Mac mac(key);
  const auto bound = commitment(mac, record, padded);
  const auto ciphertext = encrypted(mac, bound, padded);
  const auto bytes = crypto::bytes_of(ciphertext);
  return {.commitment = bound, .ciphertext = {bytes.begin(), bytes.end()}};
}

std::optional<std::string> open_seal(const crypto::Secret& key, const SealedRecord& record,
                                     const ballot::Seal& seal) {
  const crypto::Mac mac(key);
  auto padded = encrypted(mac, seal.commitment, crypto::text_of(seal.ciphertext));
  if (!crypto::equal_in_constant_time(commitment(mac, record, padded), seal.commitment)) return std::nullopt;
  return padded;
}

}  // namespace stimmbuch::vault
