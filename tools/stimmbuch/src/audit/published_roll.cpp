#include "audit/published_roll.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "export/signed_log.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t records_between_signals = 4'096;

class RollReader {
 public:
  explicit RollReader(const PollId& poll)
      : parts_(fmt::format("roll/{}-", poll.text())), poll_(subject(poll)) {}

  void take(std::string_view record) {
    const auto subject = codec::subject_of(record);
    if (subject != poll_ && !subject.starts_with(parts_)) return;
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    if (!event) return;
    if (const auto* const part = std::get_if<roll::Event>(&*event)) {
      const auto& entries = std::get<roll::PartAdded>(*part).entries;
      roll_.entries.insert(roll_.entries.end(), entries.begin(), entries.end());
    }
    const auto* const own = std::get_if<poll::Event>(&*event);
    if (const auto* const completed = own ? std::get_if<poll::RollCompleted>(own) : nullptr)
      totals_ = *completed;
  }

  bool done() const { return totals_.has_value(); }
  PublishedRoll roll() && {
    roll_.totals = *totals_;
    return std::move(roll_);
  }

 private:
  const std::string parts_;
  const std::string poll_;
  PublishedRoll roll_;
  std::optional<poll::RollCompleted> totals_;
};

}  // namespace

std::expected<PublishedRoll, Failure> read_roll(const FetchLogFile& fetch, const PollId& poll,
                                                Console& console, Signals& signals) {
  const auto log = open_signed_log(fetch);
  if (!log) return std::unexpected(log.error());
  RollReader reader(poll);
  Meter meter = console.meter("records read", log->checkpoint.size);
  std::optional<int> signal;
  std::uint64_t done = 0;
  const auto read =
      for_each_record(fetch, log->checkpoint, before_first, [&](Position position, std::string_view record) {
        reader.take(record);
        done = number(position);
        if (done % records_between_signals == 0) {
          meter.update(done);
          signal = signals.wait(std::chrono::milliseconds{0});
        }
        return !signal && !reader.done();
      });
  meter.finish(done);
  if (!read) return std::unexpected(read.error());
  if (signal) return failed(ended_by(*signal), "interrupted");
  if (!reader.done())
    return failed(ExitCode::not_found, fmt::format("the log has no complete roll of {}", poll.text()));
  return std::move(reader).roll();
}

}  // namespace stimmbuch::program
