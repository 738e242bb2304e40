#include "stimmbuch/projections/folds/audit_trail.hpp"

#include <utility>

#include "document.hpp"
#include "sentences.hpp"

namespace stimmbuch::projections {

namespace {

Sentence unreadable(const codec::NotARecord& why) {
  return {"Dieser Eintrag ist nicht lesbar: " + why.what, "This record cannot be read: " + why.what};
}

Sentence spoken(const codec::Envelope& envelope, const OptionTitle& option_title) {
  const auto stream = parse_subject(envelope.subject);
  if (!stream) return unreadable({0, "subject"});
  const auto event = codec::read_event(envelope);
  if (!event) return unreadable(event.error());
  return sentence_of(*event, *stream, option_title);
}

void write_text(codec::Writer& out, const Sentence& sentence) {
  out.name("text");
  out.begin_object();
  out.name("de");
  out.string(sentence.de);
  out.name("en");
  out.string(sentence.en);
  out.end_object();
}

void write_place(codec::Writer& out, const codec::Envelope& envelope) {
  out.name("revision");
  write(out, envelope.revision);
  out.name("time");
  write(out, envelope.time);
  out.name("type");
  out.plain(envelope.type);
}

}  // namespace

AuditTrail::AuditTrail(std::string_view subject, ledger::Purpose purpose, OptionTitle option_title)
    : option_title_(std::move(option_title)) {
  codec::Writer out(text_);
  out.begin_object();
  out.name("subject");
  out.plain(subject);
  out.name("purpose");
  write(out, purpose);
  out.name("entries");
  out.begin_array();
}

void AuditTrail::add(Position position, std::string_view record) {
  if (text_.back() != '[') text_ += ',';
  codec::Writer out(text_);
  out.begin_object();
  out.name("position");
  write(out, position);
  if (const auto envelope = codec::read_envelope(record)) {
    write_place(out, *envelope);
    out.name("actor");
    out.plain(envelope->actor);
    write_text(out, spoken(*envelope, option_title_));
  } else {
    write_text(out, unreadable(envelope.error()));
  }
  out.end_object();
}

std::string AuditTrail::finish() {
  text_ += "]}";
  return std::move(text_);
}

OwnBallot::OwnBallot(const BallotId& ballot, ledger::Purpose purpose) {
  codec::Writer out(head_);
  out.begin_object();
  out.name("poll");
  write(out, ballot.poll);
  out.name("voter");
  write(out, ballot.voter);
  out.name("purpose");
  write(out, purpose);
}

void OwnBallot::add(Position position, std::string_view record) {
  FoldInput input;
  input.read(position, record);
  const auto& event = input.event<ballot::Event>();
  if (!changes_.empty()) changes_ += ',';
  codec::Writer out(changes_);
  out.begin_object();
  out.name("position");
  write(out, position);
  write_place(out, input.envelope());
  state_ = ballot::evolve(std::move(state_), event, input.recorded());
  last_sealed_.reset();
  if (input.envelope().type.starts_with("ballot.sealed-")) last_sealed_ = position;
  if (state_.standing && !last_sealed_) {
    out.name("choices");
    write(out, state_.standing->choices);
  }
  out.end_object();
}

std::optional<Position> OwnBallot::sealed() const {
  return state_.standing ? last_sealed_ : std::nullopt;
}

std::string OwnBallot::finish(const std::optional<opening::Opening>& opening) {
  std::string text = std::move(head_);
  text += ",\"standing\":";
  codec::Writer out(text);
  if (state_.standing) {
    if (!last_sealed_) {
      write(out, state_.standing->choices);
    } else if (!opening) {
      out.plain("sealed");
    } else if (opening->choices) {
      write(out, *opening->choices);
    } else {
      out.plain("invalid");
    }
    out.name("channel");
    write(out, state_.standing->channel);
  } else {
    out.raw("null");
  }
  out.name("changes_left");
  out.integer(
      static_cast<std::int64_t>(ballot::commands_max - std::min(ballot::commands_max, state_.commands)));
  out.name("changes");
  out.begin_array();
  if (!changes_.empty()) out.raw(changes_);
  out.end_array();
  out.end_object();
  return text;
}

}  // namespace stimmbuch::projections
