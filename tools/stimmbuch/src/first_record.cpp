#include "first_record.hpp"

#include <stdexcept>
#include <variant>

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

tlog::VerifierKey log_key(const ledger::Created& created) {
  return {tlog::VerifierKey::Kind::signer, created.origin, created.key};
}

}  // namespace stimmbuch::program
