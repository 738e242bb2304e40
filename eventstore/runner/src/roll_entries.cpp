#include "stimmbuch/eventstore/runner/roll_entries.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <string>
#include <variant>

#include "readable.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::runner {

std::vector<roll::Entry> roll_part(const eventstore::Records& log, const PollId& poll, std::uint32_t part) {
  std::vector<roll::Entry> entries;
  const std::string name = subject(RollPartId{poll, part});
  log.read_stream(name, [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    auto event = readable(codec::read_event(envelope), position);
    entries = std::move(std::get<roll::PartAdded>(std::get<roll::Event>(event)).entries);
    return true;
  });
  if (entries.empty()) throw std::runtime_error(name + " is not there");
  return entries;
}

std::vector<roll::Entry> roll_entries(const eventstore::Records& log, const PollId& poll,
                                      const poll::RollCompleted& roll, std::string_view prefix) {
  const auto parts = std::views::iota(std::uint32_t{0}, roll.parts);
  // The first part that ends behind the prefix; what begins with it sorts behind it.
  auto part = std::ranges::partition_point(
      parts, [&](std::uint32_t one) { return roll_part(log, poll, one).back().voter.text() < prefix; });
  std::vector<roll::Entry> found;
  for (; part != parts.end(); ++part) {
    for (const roll::Entry& entry : roll_part(log, poll, *part)) {
      if (entry.voter.text().starts_with(prefix)) {
        found.push_back(entry);
      } else if (entry.voter.text() > prefix) {
        return found;
      }
    }
  }
  return found;
}

}  // namespace stimmbuch::runner
