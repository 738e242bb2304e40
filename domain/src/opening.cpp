#include "stimmbuch/domain/opening.hpp"

#include <algorithm>

#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::opening {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

Decision decide_on(const State& state, const AddPart& command, const Context& context) {
  const poll::State& poll = context.poll;
  if (poll.status != poll::Status::closed) return refused(Refusal::poll_not_closed);
  if (!poll.sealed || poll.openings_completed || state.added) return refused(Refusal::poll_settled);
  // Nobody is to see a choice before it is fixed who was entitled.
  if (poll.roll && !poll.roll_completed) return refused(Refusal::poll_not_settled);
  if (context.previous && !context.previous->added) return refused(Refusal::invalid, "/part");
  if (command.before != (context.previous ? context.previous->openings : 0))
    return refused(Refusal::invalid, "/before");
  const auto& openings = command.openings;
  if (openings.empty() || openings.size() > openings_max) return refused(Refusal::invalid, "/openings");
  Position last = context.previous ? context.previous->last : *poll.opened;
  std::size_t bytes = 0;
  for (const Opening& opening : openings) {
    if (opening.ballot <= last || opening.ballot > *poll.closed)
      return refused(Refusal::invalid, "/openings");
    if (opening.choices && !ballot::is_valid(poll, *opening.choices))
      return refused(Refusal::invalid, "/openings");
    last = opening.ballot;
    bytes += written_bytes_max(opening);
  }
  if (bytes > part_bytes_max) return refused(Refusal::invalid, "/openings");
  return std::vector<Event>{PartAdded{command.before, openings}};
}

}  // namespace

std::size_t written_bytes_max(const Opening& opening) {
  // {"ballot":"<position>","key":"<key>","choices":["…","…"]},
  std::size_t bytes = 20 + 43 + 40;
  if (opening.choices) {
    for (const ballot::Choice& choice : *opening.choices) bytes += choice.option.text().size() + 3 + 11;
  }
  return bytes;
}

State evolve(State state, const Event& event, const Recorded&) {
  const auto& part = std::get<PartAdded>(event);
  state.added = true;
  state.openings = part.before + std::ssize(part.openings);
  if (!part.openings.empty()) state.last = part.openings.back().ballot;
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::opening
