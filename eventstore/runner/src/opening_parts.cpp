#include "stimmbuch/eventstore/runner/opening_parts.hpp"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "readable.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::runner {

namespace {

std::vector<opening::Opening> opening_part(const eventstore::Records& log, const PollId& poll,
                                           std::uint32_t part) {
  std::vector<opening::Opening> openings;
  const std::string name = subject(OpeningPartId{poll, part});
  log.read_stream(name, [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    auto event = readable(codec::read_event(envelope), position);
    openings = std::move(std::get<opening::PartAdded>(std::get<opening::Event>(event)).openings);
    return true;
  });
  if (openings.empty()) throw std::runtime_error(name + " is not there");
  return openings;
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
