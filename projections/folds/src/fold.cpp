#include "stimmbuch/projections/folds/fold.hpp"

#include <string>

namespace stimmbuch::projections {

namespace {

struct Kind {
  std::string_view name;
  Aggregate aggregate;
};

// Ballots first: they are nearly all of a log.
constexpr auto kinds = std::to_array<Kind>({{"ballot", Aggregate::ballot},
                                            {"poll", Aggregate::poll},
                                            {"citizen", Aggregate::citizen},
                                            {"project", Aggregate::project},
                                            {"ledger", Aggregate::ledger},
                                            {"roll", Aggregate::roll},
                                            {"opening", Aggregate::opening},
                                            {"contribution", Aggregate::contribution},
                                            {"support", Aggregate::support},
                                            {"rating", Aggregate::rating},
                                            {"report", Aggregate::report},
                                            {"survey", Aggregate::survey},
                                            {"answers", Aggregate::answers},
                                            {"document", Aggregate::document}});

bool is_kind(std::string_view text, std::string_view kind, char behind) {
  return text.size() > kind.size() && text.starts_with(kind) && text[kind.size()] == behind;
}

}  // namespace

void FoldInput::read(Position position, std::string_view record) {
  has_ballot_ = false;
  other_.reset();
  recorded_.reset();
  const auto envelope = codec::read_envelope(record);
  if (!envelope) throw Unreadable("no record: " + envelope.error().what);
  envelope_ = *envelope;
  if (envelope_.position != position) throw Unreadable("its sequence is not its position");
  for (const Kind& kind : kinds) {
    if (!is_kind(envelope_.type, kind.name, '.')) continue;
    if (!is_kind(envelope_.subject, kind.name, '/')) throw Unreadable("its type and its subject disagree");
    aggregate_ = kind.aggregate;
    id_ = envelope_.subject.substr(kind.name.size() + 1);
    id_ = id_.substr(0, id_.find('/'));
    if (aggregate_ == Aggregate::roll || aggregate_ == Aggregate::opening)
      id_ = id_.substr(0, id_.rfind('-'));
    if (!is_id(id_)) throw Unreadable("its subject names nothing");
    return;
  }
  throw Unreadable("unknown event type: " + std::string(envelope_.type));
}

const ballot::Event& FoldInput::ballot_event() const {
  if (!has_ballot_) {
    if (const auto read = codec::read_event(envelope_, ballot_); !read) throw Unreadable(read.error().what);
    has_ballot_ = true;
  }
  return ballot_;
}

const Event& FoldInput::other_event() const {
  if (!other_) {
    auto event = codec::read_event(envelope_);
    if (!event) throw Unreadable(event.error().what);
    other_ = std::move(*event);
  }
  return *other_;
}

const Recorded& FoldInput::recorded() const {
  if (!recorded_) {
    auto recorded = codec::recorded(envelope_);
    if (!recorded) throw Unreadable(recorded.error().what);
    recorded_ = *recorded;
  }
  return *recorded_;
}

}  // namespace stimmbuch::projections
