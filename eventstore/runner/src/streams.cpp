#include "streams.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::runner {

namespace {

[[noreturn]] void throw_unreadable(Position position, const codec::NotARecord& why) {
  throw std::runtime_error("record " + std::to_string(number(position)) + " cannot be read: " + why.what);
}

}  // namespace

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
  std::string name = subject(stream);
  if (const auto known = by_subject_.find(name); known != by_subject_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return *known->second;
  }
  entries_.push_front(load(stream, std::move(name)));
  by_subject_.emplace(entries_.front().subject, entries_.begin());
  if (std::holds_alternative<BallotId>(stream)) ballots_.push_back(entries_.begin());
  return entries_.front();
}

Stream Streams::load(const StreamId& stream, std::string subject) const {
  Stream loaded{std::move(subject), initial_state(stream), std::nullopt, {}};
  ledger_.read_stream(loaded.subject, [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    if (!envelope) throw_unreadable(position, envelope.error());
    const auto event = codec::read_event(*envelope);
    if (!event) throw_unreadable(position, event.error());
    const auto recorded = codec::recorded(*envelope);
    if (!recorded) throw_unreadable(position, recorded.error());
    const auto tag = parse_command_tag(envelope->command);
    if (!tag) throw_unreadable(position, {0, "no command"});
    loaded.take(*tag, *event, *recorded);
    return true;
  });
  return loaded;
}

void Streams::end_group() {
  for (const auto ballot : ballots_) {
    by_subject_.erase(ballot->subject);
    entries_.erase(ballot);
  }
  ballots_.clear();
  while (entries_.size() > cached_max_) {
    by_subject_.erase(entries_.back().subject);
    entries_.pop_back();
  }
}

void Streams::forget() {
  ballots_.clear();
  by_subject_.clear();
  entries_.clear();
}

}  // namespace stimmbuch::runner
