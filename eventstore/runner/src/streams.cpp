#include "streams.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "readable.hpp"

namespace stimmbuch::runner {

void Stream::take(const CommandTag& tag, const Event& event, const Recorded& recorded) {
  state = evolve(std::move(state), event, recorded);
  last = recorded.revision;
  if (commands.empty() || commands.back().tag != tag) {
    commands.push_back({tag, recorded.position, recorded.position});
  } else {
    commands.back().last = recorded.position;
  }
}

const TakenCommand* Stream::find(const CommandTag& tag) const {
  const auto taken =
      std::ranges::find(commands, tag.id, [](const TakenCommand& command) { return command.tag.id; });
  return taken == commands.end() ? nullptr : &*taken;
}

Stream& Streams::at(const StreamId& stream) {
  if (contest_of(stream)) return participant(stream);
  std::string name = subject(stream);
  if (const auto known = by_subject_.find(name); known != by_subject_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return *known->second;
  }
  Stream& entry = entries_.emplace_front(std::move(name), initial_state(stream));
  by_subject_.emplace(entry.subject, entries_.begin());
  load(entry);
  return entry;
}

const State& Streams::of(const StreamId& stream) {
  const auto* const citizen = std::get_if<CitizenId>(&stream);
  if (!citizen || changed_citizens_.contains(*citizen)) return at(stream).state;
  if (const State* const known = citizens_.find(*citizen)) return *known;
  const State& state = at(stream).state;
  citizens_.put(*citizen, std::get<citizen::State>(state));
  return state;
}

void Streams::changed(const StreamId& stream) {
  if (const auto* const citizen = std::get_if<CitizenId>(&stream)) changed_citizens_.insert(*citizen);
}

Stream& Streams::participant(const StreamId& stream) {
  std::string name = subject(stream);
  if (const auto known = participant_by_subject_.find(name); known != participant_by_subject_.end())
    return *known->second;
  Stream& entry = participants_.emplace_back(std::move(name), initial_state(stream));
  participant_by_subject_.emplace(entry.subject, &entry);
  load(entry);
  return entry;
}

// A record that cannot be read ends the writer, so nobody finds a stream that is loaded in part.
void Streams::load(Stream& stream) const {
  log_.read_stream(stream.subject, [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    const auto tag = parse_command_tag(envelope.command);
    if (!tag) throw std::runtime_error("record " + std::to_string(number(position)) + " has no command");
    stream.take(*tag, readable(codec::read_event(envelope), position),
                readable(codec::recorded(envelope), position));
    return true;
  });
}

void Streams::end_group() {
  for (const CitizenId& citizen : changed_citizens_)
    citizens_.put(citizen, std::get<citizen::State>(at(citizen).state));
  changed_citizens_.clear();
  participant_by_subject_.clear();
  participants_.clear();
  while (entries_.size() > cached_max_) {
    by_subject_.erase(entries_.back().subject);
    entries_.pop_back();
  }
}

void Streams::forget() {
  changed_citizens_.clear();
  participant_by_subject_.clear();
  participants_.clear();
  by_subject_.clear();
  entries_.clear();
}

}  // namespace stimmbuch::runner
