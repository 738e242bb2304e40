#include "stimmbuch/eventstore/codec/record.hpp"

#include <charconv>
#include <optional>
#include <utility>

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
  // the reader.
  static bool read_named(Reader& in, std::string_view name, std::uint32_t version, Event& event) {
    const auto read_one = [&]<class One>(std::type_identity<One>) {
      if (Stored<One>::name != name) return false;
      One own{};
      if (!read_version(in, version, own, typename Stored<One>::Versions{})) in.fail();
      event = Aggregate{std::move(own)};
      return true;
    };
    return (read_one(std::type_identity<Events>{}) || ...);
  }
};

using BallotTypes = Types<ballot::Event>;

// The aggregates, ballots first: they are nearly all of a log.
template <class Visit>
bool any_aggregate(Visit&& visit) {
  return visit(BallotTypes{}) || visit(Types<citizen::Event>{}) || visit(Types<poll::Event>{}) ||
         visit(Types<project::Event>{}) || visit(Types<ledger::Event>{});
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

}  // namespace

void append_record(std::string& out, const NewEnvelope& envelope, const Event& event) {
  Writer writer(out);
  writer.begin_object();
  writer.name("specversion");
  writer.plain(specversion);
  writer.name("id");
  writer.base64url(envelope.id);
  writer.name("source");
  std::array<char, source_prefix.size() + id_size_max> source;
  const auto ledger = envelope.ledger.text();
  auto* const source_end = std::copy(ledger.begin(), ledger.end(),
                                     std::copy(source_prefix.begin(), source_prefix.end(), source.begin()));
  writer.plain({source.data(), static_cast<std::size_t>(source_end - source.data())});
  writer.name("type");
  writer.plain(std::visit([]<class Own>(const Own& own) { return Types<Own>::type(own); }, event));
  writer.name("subject");
  writer.plain(envelope.subject);
  writer.name("time");
  write(writer, envelope.time);
  writer.name("sequence");
  const auto sequence = zero_padded<sequence_digits>(number(envelope.position));
  writer.plain({sequence.data(), sequence.size()});
  writer.name("revision");
  write(writer, envelope.revision);
  writer.name("command");
  writer.base64url(envelope.command);
  writer.name("actor");
  writer.plain(actor_text(envelope.actor));
  if (envelope.more) {
    writer.name("more");
    writer.boolean(true);
  }
  writer.name("data");
  std::visit([&](const auto& own) { std::visit([&](const auto& one) { write(writer, one); }, own); }, event);
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
  const auto type = split_type(envelope.type);
  if (!type) return std::unexpected(NotARecord{0, "no event type: " + std::string(envelope.type)});
  Reader in(envelope.data);
  Event event;
  const bool known =
      any_aggregate([&](auto types) { return types.read_named(in, type->name, type->version, event); });
  if (!known) return std::unexpected(NotARecord{0, "unknown event type: " + std::string(envelope.type)});
  if (!in.done()) {
    return std::unexpected(
        NotARecord{in.offset(), "data of " + std::string(envelope.type) + " not canonical"});
  }
  return event;
}

std::expected<Recorded, NotARecord> recorded(const Envelope& envelope) {
  const auto actor = parse_actor(envelope.actor);
  if (!actor) return std::unexpected(NotARecord{0, "no actor: " + std::string(envelope.actor)});
  return Recorded{envelope.position, envelope.revision, envelope.time, *actor};
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

std::string type_of(const Event& event) {
  return std::string(std::visit([]<class Own>(const Own& own) { return Types<Own>::type(own); }, event));
}

}  // namespace stimmbuch::codec
