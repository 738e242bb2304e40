#include "stimmbuch/eventstore/runner/opening_parts.hpp"

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

#include "parts.hpp"

namespace stimmbuch::runner {

namespace {

std::vector<opening::Opening> opening_part(const eventstore::Records& log, const PollId& poll,
                                           std::uint32_t part) {
  return read_part<opening::Event>(log, OpeningPartId{poll, part}, &opening::PartAdded::openings);
}

}  // namespace

std::optional<opening::Opening> opening_of(const eventstore::Records& log, const PollId& poll,
                                           const poll::OpeningsCompleted& openings, Position ballot) {
  const auto parts = std::views::iota(std::uint32_t{0}, openings.parts);
  const auto part = std::ranges::partition_point(
      parts, [&](std::uint32_t one) { return opening_part(log, poll, one).back().ballot < ballot; });
  if (part == parts.end()) return std::nullopt;
  auto of_part = opening_part(log, poll, *part);
  const auto found = std::ranges::lower_bound(of_part, ballot, {}, &opening::Opening::ballot);
  if (found == of_part.end() || found->ballot != ballot) return std::nullopt;
  return std::move(*found);
}

}  // namespace stimmbuch::runner
