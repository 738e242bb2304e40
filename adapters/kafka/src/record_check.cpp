#include "record_check.hpp"

#include <utility>

namespace stimmbuch::kafka {

namespace {

[[noreturn]] void refuse(Position position, const std::string& why) {
  throw ForeignRecord("the record at position " + std::to_string(number(position)) + " " + why);
}

}  // namespace

RecordCheck::RecordCheck(const eventstore::Records& log, LedgerId ledger)
    : log_(log), ledger_(std::move(ledger)), last_(log.head()) {}

void RecordCheck::appended() {
  if (revisions_.size() > remembered_max) revisions_.clear();
}

std::uint32_t RecordCheck::expected_revision(std::string_view subject) {
  std::uint32_t expected = 0;
  log_.read_stream(subject, [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    if (!envelope) refuse(position, "of this ledger cannot be read");
    expected = number(next(envelope->revision));
    return true;
  });
  return expected;
}

codec::Envelope RecordCheck::take(Position position, std::string_view key, std::string_view record) {
  if (position != next(last_))
    refuse(next(last_), "is missing: the topic goes on with position " + std::to_string(number(position)));
  const auto envelope = codec::read_envelope(record);
  if (!envelope) refuse(position, "is no record: " + envelope.error().what);
  if (const auto event = codec::read_strictly(record); !event)
    refuse(position, "is not in canonical writing: " + event.error().what);
  if (envelope->position != position) refuse(position, "says another position");
  if (envelope->ledger != ledger_.text()) refuse(position, "is of another ledger");
  if (envelope->subject != key) refuse(position, "has another subject than its key");
  if (!open_command_.empty() && envelope->command != open_command_)
    refuse(position, "begins a command before the one before it has ended");

  auto known = revisions_.find(std::string(envelope->subject));
  if (known == revisions_.end())
    known = revisions_.emplace(envelope->subject, expected_revision(envelope->subject)).first;
  if (number(envelope->revision) != known->second) {
    refuse(position, "has revision " + std::to_string(number(envelope->revision)) + " of its stream, where " +
                         std::to_string(known->second) + " comes next");
  }
  ++known->second;
  open_command_ = envelope->more ? std::string(envelope->command) : std::string();
  last_ = position;
  return *envelope;
}

}  // namespace stimmbuch::kafka
