#include "stimmbuch/eventstore/codec/record.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/codec/versions.hpp"

namespace stimmbuch::codec {

namespace {

constexpr std::string_view specversion = "1.0";
constexpr std::string_view source_prefix = "/ledger/";
constexpr std::size_t id_digits = 22;
constexpr std::size_t command_digits = 32;
constexpr std::size_t sequence_digits = 20;
constexpr std::string_view version_mark = ".v";

std::string versioned(std::string_view name, std::uint32_t version) {
  return std::string(name).append(version_mark).append(std::to_string(version));
}

// The event types of an aggregate, in the order of its variant.
template <class AggregateEvent>
struct Types;

template <class... Events>
struct Types<std::variant<Events...>> {
  using Aggregate = std::variant<Events...>;

  static std::string_view type(const Aggregate& event) {
    static const std::array<std::string, sizeof...(Events)> types{
        versioned(Stored<Events>::name, Stored<Events>::Versions::newest)...};
    return types[event.index()];
  }

  static void append_to(std::vector<std::string>& all) {
    (all.push_back(versioned(Stored<Events>::name, Stored<Events>::Versions::newest)), ...);
  }

  // Reads into `event` if the name is one of this aggregate's; false otherwise. What goes wrong is left in
  // the reader. Memory of an event of the same type that stands there is used again.
  static bool read_named(Reader& in, std::string_view name, std::uint32_t version, Aggregate& event) {
    const auto read_one = [&]<class One>(std::type_identity<One>) {
      if (Stored<One>::name != name) return false;
      if (!std::holds_alternative<One>(event)) event.template emplace<One>();
      if (!read_version(in, version, std::get<One>(event), typename Stored<One>::Versions{})) in.fail();
      return true;
    };
    return (read_one(std::type_identity<Events>{}) || ...);
  }
};

// The aggregates, ballots first: they are nearly all of a log.
template <class Visit>
bool any_aggregate(Visit&& visit) {
  return visit(Types<ballot::Event>{}) || visit(Types<citizen::Event>{}) || visit(Types<poll::Event>{}) ||
         visit(Types<project::Event>{}) || visit(Types<ledger::Event>{}) || visit(Types<roll::Event>{}) ||
         visit(Types<opening::Event>{}) || visit(Types<contribution::Event>{}) ||
         visit(Types<support::Event>{}) || visit(Types<rating::Event>{}) || visit(Types<report::Event>{}) ||
         visit(Types<survey::Event>{}) || visit(Types<answers::Event>{}) || visit(Types<document::Event>{});
}

struct TypeName {
  std::string_view name;
  std::uint32_t version;
};

std::optional<TypeName> split_type(std::string_view type) {
  const auto mark = type.rfind(version_mark);
  if (mark == std::string_view::npos) return std::nullopt;
  const auto digits = type.substr(mark + version_mark.size());
  std::uint32_t version = 0;
  const auto [ptr, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc{} || ptr != digits.data() + digits.size() || digits.starts_with('0'))
    return std::nullopt;
  return TypeName{type.substr(0, mark), version};
}

template <std::size_t Digits>
std::array<char, Digits> zero_padded(std::uint64_t value) {
  std::array<char, Digits> text;
  for (std::size_t i = Digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [ptr, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// Reads the members up to data. Views stay views, so that a scan allocates nothing.
bool read_members_before_data(Reader& in, Envelope& envelope) {
  std::string_view text;
  const bool origin = in.begin_object() && in.name("specversion") && in.plain(text) && text == specversion &&
                      in.name("id") && in.plain(envelope.id) && envelope.id.size() == id_digits &&
                      in.name("source") && in.plain(text) && text.starts_with(source_prefix);
  if (!origin) return in.fail();
  envelope.ledger = text.substr(source_prefix.size());
  const bool thing = in.name("type") && in.plain(envelope.type) && in.name("subject") &&
                     in.plain(envelope.subject) && in.name("time") && read(in, envelope.time) &&
                     in.name("sequence") && in.plain(text) && text.size() == sequence_digits;
  if (!thing) return in.fail();
  const auto position = parse_number(text);
  if (!position) return in.fail();
  envelope.position = Position{*position};
  if (!in.name("revision") || !read(in, envelope.revision) || !in.name("command") ||
      !in.plain(envelope.command) || envelope.command.size() != command_digits || !in.name("actor") ||
      !in.plain(envelope.actor)) {
    return in.fail();
  }
  if (in.next_is("more")) {
    if (!in.boolean(envelope.more) || !envelope.more) return in.fail();
  }
  return in.name("data");
}

void write_members_before_data(Writer& out, const NewEnvelope& envelope, std::string_view type) {
  out.name("specversion");
  out.plain(specversion);
  out.name("id");
  out.base64url(envelope.id);
  out.name("source");
  std::array<char, source_prefix.size() + id_size_max> source;
  const auto ledger = envelope.ledger.text();
  auto* const source_end = std::copy(ledger.begin(), ledger.end(),
                                     std::copy(source_prefix.begin(), source_prefix.end(), source.begin()));
  out.plain({source.data(), static_cast<std::size_t>(source_end - source.data())});
  out.name("type");
  out.plain(type);
  out.name("subject");
  out.plain(envelope.subject);
  out.name("time");
  write(out, envelope.time);
  out.name("sequence");
  const auto sequence = zero_padded<sequence_digits>(number(envelope.position));
  out.plain({sequence.data(), sequence.size()});
  out.name("revision");
  write(out, envelope.revision);
  out.name("command");
  out.base64url(envelope.command);
  out.name("actor");
  out.plain(actor_text(envelope.actor));
  if (envelope.more) {
    out.name("more");
    out.boolean(true);
  }
  out.name("data");
}

void write_data(Writer& out, const Event& event) {
  std::visit([&](const auto& own) { std::visit([&](const auto& one) { write(out, one); }, own); }, event);
}

// Reads the data by `read_named(in, type)`, which is false for a type that it does not know.
template <class ReadNamed>
std::expected<void, NotARecord> read_data(const Envelope& envelope, ReadNamed read_named) {
  const auto type = split_type(envelope.type);
  if (!type) return std::unexpected(NotARecord{0, "no event type: " + std::string(envelope.type)});
  Reader in(envelope.data);
  if (!read_named(in, *type)) {
    return std::unexpected(NotARecord{0, "unknown event type: " + std::string(envelope.type)});
  }
  if (!in.done()) {
    return std::unexpected(
        NotARecord{in.offset(), "data of " + std::string(envelope.type) + " not canonical"});
  }
  return {};
}

}  // namespace

void append_record(std::string& out, const NewEnvelope& envelope, const Event& event) {
  Writer writer(out);
  writer.begin_object();
  write_members_before_data(writer, envelope, type_of(event));
  write_data(writer, event);
  writer.end_object();
}

std::expected<Envelope, NotARecord> read_envelope(std::string_view record) {
  Envelope envelope{};
  Reader in(record);
  if (record.size() > record_bytes_max)
    return std::unexpected(NotARecord{record_bytes_max, "longer than a record"});
  if (!read_members_before_data(in, envelope))
    return std::unexpected(NotARecord{in.offset(), "not canonical"});
  // Data is the last member: what is left is the data and the brace that closes the envelope.
  const auto rest = record.substr(in.offset());
  if (rest.size() < 3 || rest.front() != '{' || !rest.ends_with("}}")) {
    return std::unexpected(NotARecord{in.offset(), "no data"});
  }
  envelope.data = rest.substr(0, rest.size() - 1);
  return envelope;
}

std::expected<Event, NotARecord> read_event(const Envelope& envelope) {
  Event event;
  const auto read = read_data(envelope, [&](Reader& in, const TypeName& type) {
    return any_aggregate([&]<class Own>(Types<Own> types) {
      return types.read_named(in, type.name, type.version, event.emplace<Own>());
    });
  });
  if (!read) return std::unexpected(read.error());
  return event;
}

std::expected<void, NotARecord> read_event(const Envelope& envelope, ballot::Event& event) {
  return read_data(envelope, [&](Reader& in, const TypeName& type) {
    return Types<ballot::Event>::read_named(in, type.name, type.version, event);
  });
}

std::expected<Recorded, NotARecord> recorded(const Envelope& envelope) {
  const auto actor = parse_actor(envelope.actor);
  if (!actor) return std::unexpected(NotARecord{0, "no actor: " + std::string(envelope.actor)});
  return Recorded{envelope.position, envelope.revision, envelope.time, *actor};
}

std::expected<Event, NotARecord> read_strictly(std::string_view record) {
  const auto envelope = read_envelope(record);
  if (!envelope) return std::unexpected(envelope.error());
  auto event = read_event(*envelope);
  if (!event) return event;
  const auto stream = parse_subject(envelope->subject);
  // The variants of streams and of events list the aggregates in one order.
  if (!stream || stream->index() != event->index()) {
    return std::unexpected(NotARecord{0, "no subject of " + std::string(envelope->type)});
  }
  NewEnvelope same{.id = {},
                   .ledger = {},
                   .subject = envelope->subject,
                   .time = envelope->time,
                   .position = envelope->position,
                   .revision = envelope->revision,
                   .command = {},
                   .actor = {},
                   .more = envelope->more};
  const auto ledger = LedgerId::parse(envelope->ledger);
  const auto actor = parse_actor(envelope->actor);
  const bool decoded = ledger && actor && envelope->position != Position{0} &&
                       from_base64url(envelope->id, same.id) &&
                       from_base64url(envelope->command, same.command);
  if (!decoded) return std::unexpected(NotARecord{0, "a member of the envelope is not its kind of text"});
  same.ledger = *ledger;
  same.actor = *actor;
  std::string again;
  Writer writer(again);
  writer.begin_object();
  write_members_before_data(writer, same, envelope->type);
  // The data of an older version is not written any more: what its reader took is canonical.
  if (envelope->type == type_of(*event)) {
    write_data(writer, *event);
  } else {
    writer.raw(envelope->data);
  }
  writer.end_object();
  if (again == record) return event;
  const auto differs = std::ranges::mismatch(again, record).in2 - record.begin();
  return std::unexpected(NotARecord{static_cast<std::size_t>(differs), "not canonical"});
}

std::string_view subject_of(std::string_view record) {
  // No member before the subject can hold a quotation mark, so the first match is the member.
  constexpr std::string_view mark = R"(","subject":")";
  const auto begin = record.find(mark);
  if (begin == std::string_view::npos) return {};
  const auto rest = record.substr(begin + mark.size());
  return rest.substr(0, rest.find('"'));
}

std::vector<std::string> stored_types() {
  std::vector<std::string> all;
  any_aggregate([&](auto types) {
    types.append_to(all);
    return false;
  });
  return all;
}

std::string_view type_of(const Event& event) {
  return std::visit([]<class Own>(const Own& own) { return Types<Own>::type(own); }, event);
}

}  // namespace stimmbuch::codec
