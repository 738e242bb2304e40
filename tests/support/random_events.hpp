#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "support/random.hpp"

// Random values of everything that records hold, made from the codec's own descriptions, so that a new event
// or member is covered by being described.
namespace stimmbuch::test {

inline std::string random_text(Random& random) {
  static constexpr std::array<std::string_view, 14> pieces{"a",  "Z",    "0",    " ", "\"", "\\", "\n",
                                                           "\t", "\x01", "\x1f", "ä", "€",  "𝄞",  "/"};
  std::string text;
  for (auto size = random.between(0, 12); size > 0; --size) text.append(random.pick(pieces));
  return text;
}

inline std::string random_id_text(Random& random) {
  static constexpr std::string_view letters = "abcXYZ019_-";
  const auto size = random.chance(10) ? 64 : random.between(1, 6);
  std::string text;
  while (std::ssize(text) < size) text.push_back(random.pick(letters));
  return text;
}

inline Time random_time(Random& random) {
  constexpr Time year_0 = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  constexpr Time year_10000 = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};
  return Time{std::chrono::microseconds{
      random.between(year_0.time_since_epoch().count(), year_10000.time_since_epoch().count() - 1)}};
}

inline void fill(Random& random, std::string& text) {
  text = random_text(random);
}
inline void fill(Random& random, bool& value) {
  value = random.chance(50);
}
template <std::integral T>
void fill(Random& random, T& value) {
  constexpr auto least = std::max<std::int64_t>(-codec::integer_max, std::numeric_limits<T>::min());
  constexpr auto most = std::min<std::uint64_t>(codec::integer_max, std::numeric_limits<T>::max());
  const std::array edges{std::int64_t{0}, std::int64_t{1}, least, static_cast<std::int64_t>(most)};
  value = static_cast<T>(random.chance(30) ? random.pick(edges)
                                           : random.between(least, static_cast<std::int64_t>(most)));
}
template <class Tag>
void fill(Random& random, Id<Tag>& id) {
  id = Id<Tag>::parse(random_id_text(random)).value();
}
inline void fill(Random& random, Position& position) {
  position = Position{random.between<std::uint64_t>(1, random.chance(50) ? UINT64_MAX : 99)};
}
inline void fill(Random& random, Revision& revision) {
  revision = Revision{random.between<std::uint32_t>(0, UINT32_MAX)};
}
inline void fill(Random& random, Time& time) {
  time = random_time(random);
}
inline void fill(Random& random, Day& day) {
  constexpr Day first = std::chrono::year{1900} / 1 / 1;
  constexpr Day last = std::chrono::year{2199} / 12 / 31;
  day = first + std::chrono::days{random.between<std::int64_t>(0, (last - first).count())};
}
template <std::size_t N>
void fill(Random& random, std::array<std::byte, N>& bytes) {
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.between<int>(0, 255));
}
template <codec::Named T>
void fill(Random& random, T& value) {
  value = static_cast<T>(random.index(codec::names<T>.size()));
}
template <codec::Described T>
void fill(Random& random, T& value);

inline void fill(Random& random, ballot::Choices& choices) {
  std::map<OptionId, std::int32_t> unique;
  const bool by_points = random.chance(30);
  for (auto size = random.between(0, 4); size > 0; --size) {
    OptionId option;
    fill(random, option);
    unique.emplace(option, by_points ? random.between<std::int32_t>(1, INT32_MAX) : 0);
  }
  choices.clear();
  for (const auto& [option, points] : unique) choices.push_back({option, points});
  if (!by_points) random.shuffle(choices);
}
inline void fill(Random& random, std::vector<std::byte>& bytes) {
  bytes.resize(random.index(5));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.between<int>(0, 255));
}
inline void fill(Random& random, Place& place) {
  fill(random, place.longitude_e7);
  fill(random, place.latitude_e7);
}
inline void fill(Random& random, roll::Entry& entry) {
  fill(random, entry.voter);
  fill(random, entry.binding);
  fill(random, entry.ballot);
  if (random.chance(30)) entry.ballot = before_first;
}
template <class T>
void fill(Random& random, std::vector<T>& values) {
  values.resize(random.index(4));
  for (T& value : values) fill(random, value);
}
template <class T>
void fill(Random& random, std::optional<T>& value) {
  if (random.chance(50)) {
    fill(random, value.emplace());
  } else {
    value.reset();
  }
}
template <class T>
void fill(Random& random, std::map<std::string, T, std::less<>>& values) {
  values.clear();
  for (auto size = random.between(0, 3); size > 0; --size) fill(random, values[random_id_text(random)]);
}
template <class Tag, class T>
void fill(Random& random, std::map<Id<Tag>, T>& values) {
  values.clear();
  for (auto size = random.between(0, 3); size > 0; --size) {
    Id<Tag> id;
    fill(random, id);
    fill(random, values[id]);
  }
}
inline void fill(Random& random, survey::Answer& answer) {
  switch (random.index(3)) {
    case 0:
      return fill(random, answer.emplace<std::vector<OptionId>>());
    case 1:
      return fill(random, answer.emplace<std::int64_t>());
    default:
      return fill(random, answer.emplace<std::map<OptionId, OptionId>>());
  }
}
template <codec::Described T>
void fill(Random& random, T& value) {
  std::apply([&](const auto&... member) { (fill(random, value.*(member.value)), ...); }, codec::members<T>);
}

template <class Events, std::size_t... Index>
void for_each_event(auto&& visit, std::index_sequence<Index...>) {
  (visit(std::variant_alternative_t<Index, Events>{}), ...);
}

// Calls `visit` with an empty event of every type.
void for_each_event_type(auto&& visit) {
  const auto aggregate = [&]<class Own>(std::type_identity<Own>) {
    for_each_event<Own>([&](auto one) { visit(Event{Own{std::move(one)}}); },
                        std::make_index_sequence<std::variant_size_v<Own>>{});
  };
  aggregate(std::type_identity<ledger::Event>{});
  aggregate(std::type_identity<citizen::Event>{});
  aggregate(std::type_identity<project::Event>{});
  aggregate(std::type_identity<poll::Event>{});
  aggregate(std::type_identity<ballot::Event>{});
  aggregate(std::type_identity<roll::Event>{});
  aggregate(std::type_identity<opening::Event>{});
  aggregate(std::type_identity<contribution::Event>{});
  aggregate(std::type_identity<support::Event>{});
  aggregate(std::type_identity<rating::Event>{});
  aggregate(std::type_identity<report::Event>{});
  aggregate(std::type_identity<survey::Event>{});
  aggregate(std::type_identity<answers::Event>{});
  aggregate(std::type_identity<document::Event>{});
}

// Other data for the event.
inline void fill(Random& random, Event& event) {
  std::visit([&](auto& own) { std::visit([&](auto& one) { fill(random, one); }, own); }, event);
}

template <class AnyId>
AnyId random_id(Random& random) {
  AnyId id;
  fill(random, id);
  return id;
}

template <OpinionKind Kind>
StreamId random_participant(Random& random) {
  return ParticipantId<Kind>{random_id<ProjectId>(random), random_id<PhaseId>(random),
                             random_id<VoterId>(random)};
}

// A stream of the event's aggregate.
inline StreamId random_stream(Random& random, const Event& event) {
  struct Stream {
    Random& random;

    StreamId operator()(const ledger::Event&) const { return random_id<LedgerId>(random); }
    StreamId operator()(const citizen::Event&) const { return random_id<CitizenId>(random); }
    StreamId operator()(const project::Event&) const { return random_id<ProjectId>(random); }
    StreamId operator()(const poll::Event&) const { return random_id<PollId>(random); }
    StreamId operator()(const ballot::Event&) const {
      return BallotId{random_id<PollId>(random), random_id<VoterId>(random)};
    }
    StreamId operator()(const roll::Event&) const {
      return RollPartId{random_id<PollId>(random), random.between<std::uint32_t>(0, UINT32_MAX)};
    }
    StreamId operator()(const opening::Event&) const {
      return OpeningPartId{random_id<PollId>(random), random.between<std::uint32_t>(0, UINT32_MAX)};
    }
    StreamId operator()(const contribution::Event&) const { return random_id<ContributionId>(random); }
    StreamId operator()(const support::Event&) const {
      return random_participant<OpinionKind::support>(random);
    }
    StreamId operator()(const rating::Event&) const {
      return random_participant<OpinionKind::rating>(random);
    }
    StreamId operator()(const report::Event&) const {
      return random_participant<OpinionKind::report>(random);
    }
    StreamId operator()(const survey::Event&) const { return random_id<SurveyId>(random); }
    StreamId operator()(const answers::Event&) const {
      return AnswersId{random_id<SurveyId>(random), random_id<VoterId>(random)};
    }
    StreamId operator()(const document::Event&) const { return random_id<DocumentId>(random); }
  };
  return std::visit(Stream{random}, event);
}

inline Actor random_actor(Random& random) {
  switch (random.index(4)) {
    case 0:
      return Engine{};
    case 1:
      return random_id<CitizenId>(random);
    case 2:
      return random_id<OfficialId>(random);
    default:
      return random_id<VoterId>(random);
  }
}

// The record of an event in some stream of its aggregate.
inline std::string random_record(Random& random, const Event& event) {
  const std::string stream = subject(random_stream(random, event));
  codec::NewEnvelope envelope{.id = {},
                              .ledger = random_id<LedgerId>(random),
                              .subject = stream,
                              .time = random_time(random),
                              .position = {},
                              .revision = {},
                              .command = {},
                              .actor = random_actor(random),
                              .more = random.chance(20)};
  fill(random, envelope.id);
  fill(random, envelope.position);
  fill(random, envelope.revision);
  fill(random, envelope.command);
  std::string record;
  codec::append_record(record, envelope, event);
  return record;
}

}  // namespace stimmbuch::test
