#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::test {

// 2026-05-03T10:00:00Z
constexpr Time may_third{std::chrono::sys_days{std::chrono::year{2026} / 5 / 3} + std::chrono::hours{10}};

template <class AnyId>
AnyId id(std::string_view text) {
  return *AnyId::parse(text);
}

inline LocalizedText title(const std::string& text) {
  return {{"de", text}, {"en", text}};
}

// A log as the engine writes it, event by event, without asking the rules.
class LogBuilder {
 public:
  struct Record {
    std::string subject;
    std::string bytes;
  };

  // Appends the events as one command. Returns the position of the first.
  template <class... Events>
  Position add(const StreamId& stream, const Events&... events) {
    const Position first = next(last());
    std::size_t left = sizeof...(events);
    (add_record(stream, event_of(events), --left > 0), ...);
    return first;
  }

  LogBuilder& at(Time time) {
    time_ = time;
    return *this;
  }
  // Who acts from here on, but in ballots.
  LogBuilder& by(std::string_view official) { return by(Actor{id<OfficialId>(official)}); }
  LogBuilder& by(Actor actor) {
    actor_ = std::move(actor);
    return *this;
  }
  // The `command` of the records from here on.
  LogBuilder& under(std::span<const std::byte, 24> command) {
    std::ranges::copy(command, command_.begin());
    return *this;
  }

  // A record that is none, under the next position.
  Position add_bytes(std::string subject_text, std::string bytes) {
    records_.push_back({std::move(subject_text), std::move(bytes)});
    return last();
  }

  // The record as `change` makes it of the next one.
  template <class Change>
  Position add_changed(const StreamId& stream, const Event& event, Change change) {
    add_record(stream, event, false);
    change(records_.back().bytes);
    return last();
  }

  Position last() const { return Position{records_.size()}; }
  const std::vector<Record>& records() const { return records_; }

  // Appends to the ledger what it does not have yet, as one group.
  void append_to(eventstore::Ledger& ledger) const {
    std::vector<eventstore::NewRecord> fresh;
    for (auto i = number(ledger.head()); i < records_.size(); ++i) {
      fresh.push_back({records_[i].subject, records_[i].bytes});
    }
    if (fresh.empty()) return;
    if (!ledger.append(fresh)) throw std::runtime_error("the ledger appends nothing");
  }

  // ---- what most logs begin with

  void create_ledger(ledger::Purpose purpose = ledger::Purpose::demo) {
    add(id<LedgerId>("town"), ledger::Created{id<LedgerId>("town"), purpose, "town.example", {}, 1});
  }

  void open_project(std::string_view project) {
    add(id<ProjectId>(project), project::Opened{title(std::string(project)), {}});
  }

  // Sealed as the terms say; with a roll on demand.
  void open_poll(std::string_view poll, const poll::Terms& terms, const std::vector<poll::Option>& options,
                 bool roll = false) {
    const bool sealed = terms.results == poll::Results::after_close;
    add(id<PollId>(poll), poll::Drafted{terms}, poll::OptionsAdded{options});
    add(id<PollId>(poll), poll::Opened{terms, roll, sealed}, poll::OptionsFixed{options});
  }

  Position vote(std::string_view poll, std::string_view voter, const ballot::Event& event) {
    return add(BallotId{id<PollId>(poll), id<VoterId>(voter)}, event);
  }

 private:
  static Event event_of(const Event& event) { return event; }
  template <class One>
  static Event event_of(const One& event) {
    if constexpr (std::is_constructible_v<ledger::Event, One>) return Event{ledger::Event{event}};
    if constexpr (std::is_constructible_v<citizen::Event, One>) return Event{citizen::Event{event}};
    if constexpr (std::is_constructible_v<project::Event, One>) return Event{project::Event{event}};
    if constexpr (std::is_constructible_v<poll::Event, One>) return Event{poll::Event{event}};
    if constexpr (std::is_constructible_v<ballot::Event, One>) return Event{ballot::Event{event}};
    if constexpr (std::is_constructible_v<roll::Event, One>) return Event{roll::Event{event}};
    if constexpr (std::is_constructible_v<opening::Event, One>) return Event{opening::Event{event}};
    if constexpr (std::is_constructible_v<contribution::Event, One>) return Event{contribution::Event{event}};
    if constexpr (std::is_constructible_v<support::Event, One>) return Event{support::Event{event}};
    if constexpr (std::is_constructible_v<rating::Event, One>) return Event{rating::Event{event}};
    if constexpr (std::is_constructible_v<report::Event, One>) return Event{report::Event{event}};
    if constexpr (std::is_constructible_v<survey::Event, One>) return Event{survey::Event{event}};
    if constexpr (std::is_constructible_v<answers::Event, One>) return Event{answers::Event{event}};
    if constexpr (std::is_constructible_v<document::Event, One>) return Event{document::Event{event}};
  }

  Actor actor_of(const StreamId& stream) const {
    if (const auto* const ballot = std::get_if<BallotId>(&stream)) return ballot->voter;
    if (const auto* const supports = std::get_if<SupportsId>(&stream)) return supports->voter;
    if (const auto* const ratings = std::get_if<RatingsId>(&stream)) return ratings->voter;
    if (const auto* const reports = std::get_if<ReportsId>(&stream)) return reports->voter;
    if (const auto* const answers = std::get_if<AnswersId>(&stream)) return answers->voter;
    return actor_;
  }

  void add_record(const StreamId& stream, const Event& event, bool more) {
    const std::string name = subject(stream);
    const Position position = next(last());
    codec::NewEnvelope envelope{
        .id = {},
        .ledger = id<LedgerId>("town"),
        .subject = name,
        .time = time_,
        .position = position,
        .revision = Revision{revisions_[name]++},
        .command = command_,
        .actor = actor_of(stream),
        .more = more,
    };
    envelope.id[0] = static_cast<std::byte>(number(position));
    std::string bytes;
    codec::append_record(bytes, envelope, event);
    records_.push_back({name, std::move(bytes)});
  }

  std::vector<Record> records_;
  std::map<std::string, std::uint32_t> revisions_;
  Actor actor_ = id<OfficialId>("anna");
  std::array<std::byte, 24> command_{};
  Time time_ = may_third;
};

// Options a, b, c … with titles A, B, C …
inline std::vector<poll::Option> options(std::size_t count) {
  std::vector<poll::Option> all;
  for (std::size_t i = 0; i < count; ++i) {
    const char letter = static_cast<char>('a' + i);
    poll::Option option;
    option.id = id<OptionId>(std::string_view(&letter, 1));
    option.title = title(std::string(1, static_cast<char>('A' + i)));
    all.push_back(option);
  }
  return all;
}

inline poll::Terms terms(poll::BallotKind kind = poll::BallotKind::single) {
  poll::Terms terms;
  terms.project = id<ProjectId>("park");
  terms.title = title("Bench");
  terms.form.kind = kind;
  terms.live_step = 1;
  return terms;
}

inline ballot::Choices choices(std::initializer_list<std::string_view> options_chosen) {
  ballot::Choices all;
  for (const auto option : options_chosen) all.push_back({id<OptionId>(option), 0});
  return all;
}

inline ballot::VoteCast cast(ballot::Choices chosen) {
  return {std::move(chosen), ballot::Channel::online, std::nullopt};
}
inline ballot::VoteChanged changed(ballot::Choices chosen, ballot::Choices replaced) {
  return {std::move(chosen), std::move(replaced), ballot::Channel::online, std::nullopt};
}
inline ballot::VoteWithdrawn withdrawn(ballot::Choices replaced) {
  return {std::move(replaced), ballot::Channel::online, std::nullopt};
}

}  // namespace stimmbuch::test
