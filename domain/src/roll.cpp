#include "stimmbuch/domain/roll.hpp"

#include <algorithm>

#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::roll {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

Decision decide_on(const State& state, const AddPart& command, const Context& context) {
  if (context.poll.status != poll::Status::closed) return refused(Refusal::poll_not_closed);
  if (!context.poll.roll || context.poll.roll_completed || state.added) return refused(Refusal::poll_settled);
  if (context.previous && !context.previous->added) return refused(Refusal::invalid, "/part");
  if (command.before != (context.previous ? context.previous->entries : 0))
    return refused(Refusal::invalid, "/before");
  const auto& entries = command.entries;
  if (entries.empty() || entries.size() > entries_max) return refused(Refusal::invalid, "/entries");
  const auto unsorted =
      std::ranges::adjacent_find(entries, [](const Entry& a, const Entry& b) { return a.voter >= b.voter; });
  if (unsorted != entries.end() || (context.previous && context.previous->last >= entries.front().voter))
    return refused(Refusal::invalid, "/entries");
  return std::vector<Event>{PartAdded{command.before, entries}};
}

}  // namespace

State evolve(State state, const Event& event, const Recorded&) {
  const auto& part = std::get<PartAdded>(event);
  state.added = true;
  state.entries = part.before + std::ssize(part.entries);
  if (!part.entries.empty()) state.last = part.entries.back().voter;
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::roll
