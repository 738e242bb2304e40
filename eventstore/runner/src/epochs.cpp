#include "stimmbuch/eventstore/runner/epochs.hpp"

#include <algorithm>
#include <iterator>

#include "readable.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::runner {

Epochs::Epochs(const eventstore::Records& log, const LedgerId& ledger) {
  epochs_.push_back({1, Position{1}});
  log.read_stream(subject(ledger), [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    const auto event = readable(codec::read_event(envelope), position);
    const auto* const own = std::get_if<ledger::Event>(&event);
    const auto* const changed = own ? std::get_if<ledger::LeaderChanged>(own) : nullptr;
    const auto* const restored = own ? std::get_if<ledger::Restored>(own) : nullptr;
    if (changed) begin(changed->epoch, position);
    if (restored) begin(restored->epoch, position);
    return true;
  });
}

void Epochs::begin(std::uint32_t epoch, Position first) {
  const std::lock_guard lock(mutex_);
  if (epoch > epochs_.back().number) epochs_.push_back({epoch, first});
}

std::uint32_t Epochs::last() const {
  const std::lock_guard lock(mutex_);
  return epochs_.back().number;
}

std::uint32_t Epochs::of(Position position) const {
  const std::lock_guard lock(mutex_);
  const auto behind = std::ranges::upper_bound(epochs_, position, {}, &Epoch::first);
  return behind == epochs_.begin() ? epochs_.front().number : std::prev(behind)->number;
}

bool Epochs::reaches(std::uint32_t epoch, Position position) const {
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(epochs_, epoch, &Epoch::number);
  if (known == epochs_.end()) return false;
  const auto after = std::next(known);
  return after == epochs_.end() || position < after->first;
}

}  // namespace stimmbuch::runner
