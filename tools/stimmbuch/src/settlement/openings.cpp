#include "settlement/openings.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"

namespace stimmbuch::program {

namespace {

opening::Opening opened(std::string_view record, Position position, const LedgerId& ledger, const PollId& id,
                        const poll::State& poll, const crypto::Mac& sealing) {
  const auto envelope = codec::read_envelope(record);
  const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
  const auto stream = envelope ? parse_subject(envelope->subject) : std::nullopt;
  const auto* const ballot = stream ? std::get_if<BallotId>(&*stream) : nullptr;
  const auto tag = envelope ? runner::parse_command_tag(envelope->command) : std::nullopt;
  const auto* const own = event ? std::get_if<ballot::Event>(&*event) : nullptr;
  const auto* const seal = own ? vault::seal_of(*own) : nullptr;
  if (!ballot || ballot->poll != id || !tag || !seal)
    throw std::runtime_error(fmt::format("record {} is no sealed ballot", number(position)));
  const vault::SealedRecord sealed{ledger, *ballot, tag->id};
  const auto key = vault::ballot_key(sealing, sealed);
  opening::Opening opening{.ballot = position, .key = {}, .choices = {}};
  std::ranges::copy(key.bytes(), opening.key.begin());
  const auto padded = vault::open_seal(key, sealed, *seal);
  auto choices = padded ? codec::read_padded_choices(*padded) : std::nullopt;
  if (choices && ballot::is_valid(poll, *choices)) opening.choices = std::move(choices);
  return opening;
}

}  // namespace

bool open_ballots(const eventstore::Records& log, const LedgerId& ledger, const PollId& id,
                  const poll::State& poll, const crypto::Mac& sealing, std::span<const Position> standing,
                  const OpeningPart& part) {
  std::vector<opening::Opening> waiting;
  std::size_t bytes = 0;
  auto next_ballot = standing.begin();
  bool goes_on = true;
  log.read(*poll.opened, *poll.closed, [&](Position position, std::string_view record) {
    if (next_ballot == standing.end()) return false;
    if (position != *next_ballot) return true;
    ++next_ballot;
    auto opening = opened(record, position, ledger, id, poll, sealing);
    const auto size = opening::written_bytes_max(opening);
    if (waiting.size() == opening::openings_max || bytes + size > opening::part_bytes_max) {
      goes_on = part(std::exchange(waiting, {}));
      bytes = 0;
    }
    waiting.push_back(std::move(opening));
    bytes += size;
    return goes_on;
  });
  if (!goes_on) return false;
  if (next_ballot != standing.end())
    throw std::runtime_error(fmt::format("record {} is not there", number(*next_ballot)));
  return waiting.empty() || part(std::move(waiting));
}

}  // namespace stimmbuch::program
