#include "group.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "readable.hpp"

namespace stimmbuch::runner {

namespace {

constexpr std::size_t commands_per_stream_max = 1000;
constexpr std::size_t records_per_command_max = 64;
constexpr std::size_t typical_record_bytes = 512;
constexpr std::size_t bytes_per_command_max = std::size_t{1} << 20;

bool registers(const Command& command) {
  const auto* const own = std::get_if<citizen::Command>(&command);
  return own && std::holds_alternative<citizen::RegisterCitizen>(*own);
}

// Whoever wants to be erased is, and what the engine does for that and for secrets is bounded by itself.
bool is_never_too_late(const Submission& submission) {
  const auto* const own = std::get_if<citizen::Command>(&submission.command);
  return std::holds_alternative<Engine>(submission.actor) ||
         (own && std::holds_alternative<citizen::EraseCitizen>(*own));
}

bool is_poll_of_citizens(const State& state) {
  const auto* const poll = std::get_if<poll::State>(&state);
  return poll && poll->terms && !poll->terms->imported;
}

std::array<std::byte, 24> tag_bytes(const CommandTag& tag) {
  std::array<std::byte, 24> bytes;
  std::ranges::copy(tag.content, std::ranges::copy(tag.id, bytes.begin()).out);
  return bytes;
}

}  // namespace

std::string text_row_value(const VaultText& text) {
  std::string value(text.salt.size(), '\0');
  std::memcpy(value.data(), text.salt.data(), text.salt.size());
  return value.append(text.text);
}

std::string_view text_of_row(std::string_view value) {
  return value.substr(std::tuple_size_v<Salt>);
}

std::vector<eventstore::NewRecord> Group::records() const {
  std::vector<eventstore::NewRecord> records;
  records.reserve(records_.size());
  for (const Pending& record : records_) records.push_back({record.subject, record.bytes});
  return records;
}

Outcome Group::decide(const Submission& submission) {
  const auto holder = holder_of(submission.identity_row);
  const bool held = is_held(submission, holder);
  // Whoever registers twice is answered with the citizen that they are, whatever the second request says.
  if (registers(submission.command) && holder && !held) {
    const Stream& registered = parts_.streams.at(*holder);
    return replay(*holder, registered, registered.commands.at(0));
  }
  Stream& stream = parts_.streams.at(submission.stream);
  if (const TakenCommand* const taken = stream.find(submission.tag)) {
    const bool differs = submission.content_known && taken->tag != submission.tag;
    if (differs || texts_differ(submission, *taken)) return Failure{Failure::Kind::key_reused, {}};
    return replay(submission.stream, stream, *taken);
  }
  if (submission.expected && submission.expected != stream.last) {
    return Failure{Failure::Kind::revision_differs, stream.last};
  }
  if (stream.commands.size() >= commands_per_stream_max && !is_never_too_late(submission))
    return Rejection{Refusal::stream_full, {}};
  return decide_new(submission, stream, holder, held);
}

Outcome Group::decide_new(const Submission& submission, Stream& stream, std::optional<CitizenId> holder,
                          bool held) {
  if (submission.imported_only && is_poll_of_citizens(stream.state))
    return Rejection{Refusal::poll_not_imported, {}};
  const Context context{.ledger = parts_.ledger_id,
                        .now = now_,
                        .actor = submission.actor,
                        .citizen = submission.citizen,
                        .registry_holder = holder,
                        .identity_held = held,
                        .text_is_there = submission.destroyed_text && has_no_secret_yet(submission) &&
                                         row(RowClass::texts, *submission.destroyed_text).has_value()};
  auto decision = stimmbuch::decide(submission.stream, submission.command, parts_.streams, context);
  if (!decision) return std::move(decision.error());
  return append(submission, stream, std::move(*decision));
}

Outcome Group::replay(const StreamId& id, const Stream& stream, const TakenCommand& taken) const {
  // The revision of the command's last record follows from what the stream has taken since.
  std::uint32_t later = 0;
  for (const TakenCommand& command : stream.commands) {
    if (command.first > taken.last) {
      later += static_cast<std::uint32_t>(number(command.last) - number(command.first) + 1);
    }
  }
  const Revision revision{number(*stream.last) - later};
  return Accepted{id, taken.first, taken.last, revision, events_between(taken.first, taken.last), true};
}

std::vector<Event> Group::events_between(Position first, Position last) const {
  std::vector<Event> events;
  const auto take = [&](Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    events.push_back(readable(codec::read_event(envelope), position));
    return true;
  };
  if (first <= head_) {
    parts_.log.read(Position{number(first) - 1}, last, take);
  } else {
    for (auto at = number(first); at <= number(last); ++at)
      take(Position{at}, records_[at - number(next(head_))].bytes);
  }
  return events;
}

Accepted Group::append(const Submission& submission, Stream& stream, std::vector<Event> events) {
  if (events.empty() || events.size() > records_per_command_max) {
    throw std::logic_error("a command writes 1 to 64 records");
  }
  parts_.streams.changed(submission.stream);
  const std::string_view name = stream.subject;
  const Time time = recorded_time(submission.stream, parts_.streams, now_);
  const Position before{number(head_) + records_.size()};
  Revision revision{stream.last ? number(*stream.last) : 0};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (stream.last) revision = next(*stream.last);
    if (i == 0) keep_rows(submission, name, revision);
    codec::NewEnvelope envelope{.id = {},
                                .ledger = parts_.ledger_id,
                                .subject = name,
                                .time = time,
                                .position = Position{number(before) + i + 1},
                                .revision = revision,
                                .command = tag_bytes(submission.tag),
                                .actor = submission.actor,
                                .more = i + 1 < events.size()};
    parts_.random(envelope.id);
    Pending& record = records_.emplace_back(name, std::string{});
    record.bytes.reserve(typical_record_bytes);
    codec::append_record(record.bytes, envelope, events[i]);
    bytes += record.bytes.size();
    if (record.bytes.size() > codec::record_bytes_max || bytes > bytes_per_command_max) {
      throw std::logic_error("a record or a command beyond its bound: " +
                             std::string(codec::type_of(events[i])));
    }
    stream.take(submission.tag, events[i],
                Recorded{envelope.position, envelope.revision, envelope.time, envelope.actor});
  }
  const Position last{number(head_) + records_.size()};
  return Accepted{submission.stream, next(before), last, revision, std::move(events), false};
}

void Group::keep_rows(const Submission& submission, std::string_view subject, Revision revision) {
  const auto keep = [this](VaultRow row) {
    row_index_.emplace(row.name, rows_.size());
    rows_.push_back(std::move(row));
  };
  for (const VaultText& text : submission.texts) {
    keep({RowClass::texts, text_row_name(subject, revision, text.field),
          submission.text_owners.empty() ? std::vector{std::string(subject)} : submission.text_owners,
          text_row_value(text)});
  }
  for (const VaultRow& secret : submission.secrets) {
    if (!row(RowClass::secrets, secret.name)) keep(secret);
  }
  if (submission.identity_row && !row(RowClass::secrets, *submission.identity_row)) {
    const auto& citizen = std::get<CitizenId>(submission.stream);
    keep({RowClass::secrets, *submission.identity_row, {std::string(subject)}, std::string(citizen.text())});
  }
}

bool Group::texts_differ(const Submission& submission, const TakenCommand& taken) const {
  if (submission.texts.empty()) return false;
  const Stream& stream = parts_.streams.at(submission.stream);
  const auto accepted = std::get<Accepted>(replay(submission.stream, stream, taken));
  const Revision first{number(accepted.revision) - static_cast<std::uint32_t>(accepted.events.size()) + 1};
  return std::ranges::any_of(submission.texts, [&](const VaultText& text) {
    // A destroyed text cannot be compared any more; it counts as equal.
    const auto kept = row(RowClass::texts, text_row_name(stream.subject, first, text.field));
    return kept && text_of_row(*kept) != text.text;
  });
}

std::optional<std::string> Group::row(RowClass row_class, const std::string& name) const {
  if (const auto pending = row_index_.find(name); pending != row_index_.end())
    return rows_[pending->second].value;
  return parts_.vault.read(row_class, name);
}

// The first who asks for the end of a text brings the row that says so.
bool Group::has_no_secret_yet(const Submission& submission) const {
  return std::ranges::none_of(submission.secrets, [this](const VaultRow& secret) {
    return row(RowClass::secrets, secret.name).has_value();
  });
}

bool Group::is_held(const Submission& submission, const std::optional<CitizenId>& holder) const {
  if (submission.held_row && row(RowClass::secrets, *submission.held_row)) return true;
  if (!holder) return false;
  return std::get<citizen::State>(parts_.streams.of(*holder)).erasure != citizen::Erasure::none;
}

std::optional<CitizenId> Group::holder_of(const std::optional<std::string>& identity_row) const {
  if (!identity_row) return std::nullopt;
  const auto holder = row(RowClass::secrets, *identity_row);
  if (!holder) return std::nullopt;
  const CitizenId citizen = CitizenId::parse(*holder).value();  // a row that holds no id is a fault
  return citizen;
}

}  // namespace stimmbuch::runner
