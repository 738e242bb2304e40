#include "first_record.hpp"

#include <stdexcept>
#include <string>
#include <variant>

#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::program {

ledger::Created created_of(const eventstore::Records& log) {
  const auto record = log.at(Position{1});
  if (!record) throw std::runtime_error("the ledger has no record");
  return created_in(*record);
}

ledger::Created created_in(std::string_view first_record) {
  const auto envelope = codec::read_envelope(first_record);
  const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
  if (!event) throw std::runtime_error("record 1 cannot be read: " + event.error().what);
  const auto* const own = std::get_if<ledger::Event>(&*event);
  const auto* const created = own ? std::get_if<ledger::Created>(own) : nullptr;
  if (!created) throw std::runtime_error("record 1 does not say which ledger this is");
  return *created;
}

bool add_key_in(const ledger::Event& event, Position position, tlog::KeyChain& keys) {
  if (const auto* const restored = std::get_if<ledger::Restored>(&event)) {
    keys.restart({tlog::VerifierKey::Kind::signer, restored->origin, restored->key}, number(position));
    return true;
  }
  const auto* const changed = std::get_if<ledger::KeyChanged>(&event);
  if (changed == nullptr) return true;
  const tlog::VerifierKey key(tlog::VerifierKey::Kind::signer, keys.newest().name(), changed->key);
  return keys.add({key, changed->both_until}, changed->signature, number(position));
}

tlog::KeyChain log_keys(const eventstore::Records& log) {
  const auto created = created_of(log);
  tlog::KeyChain keys(log_key(created));
  log.read_stream(subject(created.id), [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    const auto* const own = event ? std::get_if<ledger::Event>(&*event) : nullptr;
    if (own == nullptr || !add_key_in(*own, position, keys)) {
      throw std::runtime_error("record " + std::to_string(number(position)) +
                               " cannot be read, or its key is not signed by the one before");
    }
    return true;
  });
  return keys;
}

tlog::VerifierKey log_key(const ledger::Created& created) {
  return {tlog::VerifierKey::Kind::signer, created.origin, created.key};
}

}  // namespace stimmbuch::program
