#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

// How the choices of a sealed poll are hidden until its openings (docs/formats/sealed-ballots.md). Pure, from
// any thread.
namespace stimmbuch::vault {

// Which record a seal is for: it holds for no other.
struct SealedRecord {
  LedgerId ledger;
  BallotId ballot;
  CommandId command;
};

// What a ballot's event seals; nullptr if it is open, or withdraws.
const ballot::Seal* seal_of(const ballot::Event& event);

// The record's own key. Published with its opening; of a ballot that was replaced or withdrawn it is never
// made again once the sealing secret is destroyed.
crypto::Secret ballot_key(const crypto::Mac& sealing, const SealedRecord& record);

// Seals the padded writing of choices.
ballot::Seal seal_choices(const crypto::Secret& key, const SealedRecord& record, std::string_view padded);

// The padded writing; nothing if the key or the seal is not this record's.
std::optional<std::string> open_seal(const crypto::Secret& key, const SealedRecord& record,
                                     const ballot::Seal& seal);

}  // namespace stimmbuch::vault
