#include "stimmbuch/eventstore/runner/known_citizens.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::runner {

namespace {

constexpr std::size_t slots_min = 1024;

using Key = std::array<std::byte, 16>;

// The bits of an id that the engine made; nothing of any other, which is then not known.
std::optional<Key> key_of(const CitizenId& citizen) {
  Key key;
  if (citizen.text().size() != base64url_size(key.size()) || !from_base64url(citizen.text(), key))
    return std::nullopt;
  return key;
}

}  // namespace

const State* KnownCitizens::find(const CitizenId& citizen) const {
  const auto key = key_of(citizen);
  if (!key) return nullptr;
  const std::lock_guard lock(mutex_);
  if (slots_.empty()) return nullptr;
  const StateIndex state = slots_[place_of(*key)].state;
  return state < states_.size() ? &states_[state] : nullptr;
}

void KnownCitizens::put(const CitizenId& citizen, const citizen::State& state) {
  const auto key = key_of(citizen);
  if (!key) return;
  const std::lock_guard lock(mutex_);
  put(*key, index_of(state));
}

bool KnownCitizens::put_unless_known(const CitizenId& citizen, const citizen::State& state) {
  const auto key = key_of(citizen);
  if (!key) return true;
  const std::lock_guard lock(mutex_);
  if (slots_.empty() || slots_[place_of(*key)].state == free_slot) put(*key, index_of(state));
  return size_ < citizens_max_;
}

std::size_t KnownCitizens::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

// The slot of a key, or the free one where it belongs.
std::size_t KnownCitizens::place_of(const Key& key) const {
  std::size_t place = 0;
  std::memcpy(&place, key.data(), sizeof place);  // ids are random
  const std::size_t mask = slots_.size() - 1;
  place &= mask;
  while (slots_[place].state != free_slot && slots_[place].key != key) place = (place + 1) & mask;
  return place;
}

KnownCitizens::StateIndex KnownCitizens::index_of(const citizen::State& state) {
  if (states_.size() == unknown) {
    const auto known = indices_.find(citizen::text_of(state));
    return known == indices_.end() ? unknown : known->second;
  }
  const auto [known, added] =
      indices_.try_emplace(citizen::text_of(state), static_cast<StateIndex>(states_.size()));
  if (added) states_.emplace_back(state);
  return known->second;
}

void KnownCitizens::put(const Key& key, StateIndex state) {
  if (slots_.empty() || (size_ + 1) * 10 > slots_.size() * 7) grow();
  Slot& slot = slots_[place_of(key)];
  if (slot.state == free_slot) {
    // Nobody is ever forgotten, so whoever found no room is not told of by an earlier state later.
    if (size_ == citizens_max_) return;
    ++size_;
    slot.key = key;
  }
  slot.state = state;
}

void KnownCitizens::grow() {
  std::vector<Slot> old(std::max(slots_min, slots_.size() * 2));
  std::swap(old, slots_);
  for (const Slot& slot : old)
    if (slot.state != free_slot) slots_[place_of(slot.key)] = slot;
}

}  // namespace stimmbuch::runner
