#include "audit/deadlines.hpp"

#include <fmt/format.h>

#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::program {

void Deadlines::asked(std::string what, const Recorded& recorded) {
  if (requests_.emplace(std::move(what), Request{recorded.position, recorded.time}).second) ++erasures_;
}

void Deadlines::done(const std::string& what, const Recorded& recorded, const Found& unfounded) {
  if (requests_.erase(what) == 0) unfounded(recorded.position, what + " was destroyed and nobody had asked");
}

struct Deadlines::Take {
  Deadlines& deadlines;
  const StreamId& stream;
  const Recorded& recorded;
  const Found& unfounded;

  void operator()(const citizen::ErasureRequested&) const { deadlines.asked(subject(stream), recorded); }
  void operator()(const citizen::Erased&) const { deadlines.done(subject(stream), recorded, unfounded); }
  void operator()(const citizen::TextDestructionRequested& e) const { asked(e.text); }
  void operator()(const citizen::TextDestroyed& e) const { done(e.text); }
  void operator()(const poll::TextDestructionRequested& e) const { asked(e.text); }
  void operator()(const poll::TextDestroyed& e) const { done(e.text); }
  void operator()(const contribution::Removed&) const { deadlines.asked(subject(stream), recorded); }
  void operator()(const contribution::Hidden& e) const {
    if (e.manner == contribution::Manner::removed) deadlines.asked(subject(stream), recorded);
  }
  void operator()(const contribution::TextsDestroyed&) const {
    deadlines.done(subject(stream), recorded, unfounded);
  }
  void operator()(const contribution::TextDestructionRequested& e) const { asked(e.text); }
  void operator()(const contribution::TextDestroyed& e) const { done(e.text); }
  void operator()(const survey::TextDestructionRequested& e) const { asked(e.text); }
  void operator()(const survey::TextDestroyed& e) const { done(e.text); }
  void operator()(const poll::ResultCertified&) const { ended(); }
  void operator()(const poll::Cancelled&) const { ended(); }
  void operator()(const poll::Annulled&) const { ended(); }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  std::string name_of(const TextName& text) const {
    return runner::text_row_name(subject(stream), text.revision, text.field);
  }
  void asked(const TextName& text) const { deadlines.asked(name_of(text), recorded); }
  void done(const TextName& text) const { deadlines.done(name_of(text), recorded, unfounded); }
  void ended() const {
    if (const auto* const poll = std::get_if<PollId>(&stream))
      deadlines.ends_.insert_or_assign(*poll, recorded.position);
  }
};

void Deadlines::take(const StreamId& stream, const Event& event, const Recorded& recorded,
                     const Found& unfounded) {
  const Take take{*this, stream, recorded, unfounded};
  std::visit([&](const auto& own) { std::visit(take, own); }, event);
}

void Deadlines::find_overdue_erasures(Time now, const Found& found) const {
  for (const auto& [what, request] : requests_) {
    if (request.time + destruction_patience >= now) continue;
    found(request.position, fmt::format("the destruction of {} was asked for and is not done after {} days",
                                        what, destruction_patience.count()));
  }
}

void Deadlines::find_overdue_secrets(Time now,
                                     const std::function<const poll::State&(const PollId&)>& state_of,
                                     const Found& found) const {
  for (const auto& [poll, position] : ends_) {
    for (const auto& end : poll::secret_ends(state_of(poll))) {
      if (end.due + destruction_patience >= now) continue;
      found(position,
            fmt::format("a secret of poll/{} was to be destroyed from {} on, and is not after {} days",
                        poll.text(), codec::TimeText(end.due).view(), destruction_patience.count()));
    }
  }
}

}  // namespace stimmbuch::program
