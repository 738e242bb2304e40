#include "audit/published_roll.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/tile.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t bundles_between_looks = 16;

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
  const auto bytes = fetch("checkpoint");
  if (!bytes) return std::unexpected(bytes.error());
  const auto note = tlog::parse_note(*bytes);
  const auto checkpoint = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
  if (!checkpoint) return failed(ExitCode::differences, "checkpoint: " + checkpoint.error());
  RollReader reader(poll);
  Meter meter = console.meter("records read", checkpoint->size);
  std::uint64_t done = 0;
  for (std::uint64_t index = 0; done < checkpoint->size && !reader.done(); ++index) {
    const auto width = tlog::tile_at(checkpoint->size, 0, index).width;
    const auto name = path_of(tlog::Bundle{index, width});
    const auto bundle = fetch(name);
    if (!bundle) return std::unexpected(bundle.error());
    const auto records = tlog::entries_of(*bundle);
    if (!records) return failed(ExitCode::differences, name + " is no bundle of records");
    for (const auto record : *records) reader.take(record);
    done += records->size();
    if (index % bundles_between_looks != 0) continue;
    meter.update(done);
    if (const auto signal = signals.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "interrupted");
  }
  meter.finish(done);
  if (!reader.done())
    return failed(ExitCode::not_found, fmt::format("the log has no complete roll of {}", poll.text()));
  return std::move(reader).roll();
}

}  // namespace stimmbuch::program
