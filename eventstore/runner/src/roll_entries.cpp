#include "stimmbuch/eventstore/runner/roll_entries.hpp"

#include <algorithm>
#include <ranges>

#include "parts.hpp"

namespace stimmbuch::runner {

std::vector<roll::Entry> roll_part(const eventstore::Records& log, const PollId& poll, std::uint32_t part) {
  return read_part<roll::Event>(log, RollPartId{poll, part}, &roll::PartAdded::entries);
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
