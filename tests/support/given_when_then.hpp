#pragma once

#include <algorithm>
#include <map>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "support/builders.hpp"

// Rules as examples:
//
//   given(the_poll, poll::Drafted{terms()}).by(ada).when(the_poll, poll::OpenPoll{})
//       .then_refused(Refusal::options_missing);
//
// A world is a value: what follows from one example may be the beginning of the next.
namespace stimmbuch::test {

// Wraps an aggregate's own command or event into the variant of all.
template <class All, class One>
struct Widen;
template <class... Aggregates, class One>
struct Widen<std::variant<Aggregates...>, One> {
  using All = std::variant<Aggregates...>;

  template <class... Alternatives>
  static consteval bool holds_one(std::type_identity<std::variant<Alternatives...>>) {
    return (std::is_same_v<One, Alternatives> || ...);
  }
  template <class Aggregate>
  static void put(All& all, One& one) {
    if constexpr (holds_one(std::type_identity<Aggregate>{})) all = Aggregate{std::move(one)};
  }
  static All from(One one) {
    static_assert((holds_one(std::type_identity<Aggregates>{}) || ...), "of no aggregate");
    All all;
    (put<Aggregates>(all, one), ...);
    return all;
  }
};

template <class One>
Event event(One one) {
  return Widen<Event, One>::from(std::move(one));
}
template <class One>
Command command(One one) {
  return Widen<Command, One>::from(std::move(one));
}

// Events as records write them, for the messages of failed tests.
inline std::string to_text(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    const codec::NewEnvelope envelope{{}, the_ledger, "", noon, {}, {}, {}, Engine{}, false};
    codec::append_record(text, envelope, event);
    text.append("\n");
  }
  return text;
}

class Then;

// Streams in memory, and who acts when.
class World : public States {
 public:
  const State& of(const StreamId& stream) override { return at(stream).state; }

  template <class Own>
  const Own& state(const StreamId& stream) {
    return std::get<Own>(of(stream));
  }

  // The last record's place in the log and in a stream.
  Position head() const { return head_; }
  Revision revision(const StreamId& stream) { return at(stream).last.value(); }

  template <class... Events>
  World& given(const StreamId& stream, Events... events) {
    (take(stream, event(std::move(events))), ...);
    return *this;
  }
  World& at_time(Time time) {
    context_.now = time;
    return *this;
  }
  World& by(Actor actor) {
    context_.actor = std::move(actor);
    return *this;
  }
  // The person behind the voter.
  World& citizen(std::optional<CitizenId> citizen) {
    context_.citizen = citizen;
    return *this;
  }
  World& registry_holder(std::optional<CitizenId> holder) {
    context_.registry_holder = holder;
    return *this;
  }

  World& identity_held() {
    context_.identity_held = true;
    return *this;
  }
  World& text_is_there() {
    context_.text_is_there = true;
    return *this;
  }

  // Decides the command; what is expected of it is told to the answer.
  template <class Own>
  Then when(const StreamId& stream, Own own,
            const std::source_location& where = std::source_location::current());

  template <class Own>
  std::expected<std::vector<Event>, Rejection> decided(const StreamId& stream, Own own) {
    return decide(stream, command(std::move(own)), *this, context_);
  }

  void take(const StreamId& stream, const Event& event) {
    Stream& present = at(stream);
    head_ = next(head_);
    present.last = present.last ? next(*present.last) : Revision{0};
    const Recorded recorded{head_, *present.last, recorded_time(stream, *this, context_.now), context_.actor};
    present.state = evolve(std::move(present.state), event, recorded);
  }
  void take_all(const StreamId& stream, const std::vector<Event>& events) {
    for (const Event& event : events) take(stream, event);
  }

 private:
  struct Stream {
    State state;
    std::optional<Revision> last;
  };

  Stream& at(const StreamId& stream) {
    return streams_.try_emplace(subject(stream), initial_state(stream), std::nullopt).first->second;
  }

  std::map<std::string, Stream> streams_;
  Position head_{0};
  Context context_{.ledger = the_ledger,
                   .now = noon,
                   .actor = ada,
                   .citizen = std::nullopt,
                   .registry_holder = std::nullopt};
};

// What became of a command. What it decided is part of the world from here on.
class Then {
 public:
  Then(World world, StreamId stream, std::expected<std::vector<Event>, Rejection> decision,
       const std::source_location& where)
      : world_(std::move(world)),
        stream_(std::move(stream)),
        decision_(std::move(decision)),
        trace_(where.file_name(), static_cast<int>(where.line()), "when") {}

  template <class... Events>
  World then(Events... expected) {
    const std::vector<Event> events{event(std::move(expected))...};
    World world = accepted();
    if (decision_) {
      EXPECT_TRUE(*decision_ == events) << "decided\n" << to_text(*decision_) << "not\n" << to_text(events);
    }
    return world;
  }

  // Whatever was decided: for steps on the way to what a test is about.
  World accepted() {
    if (!decision_) {
      ADD_FAILURE() << "refused as " << text_of(decision_.error().refusal).code << " at '"
                    << decision_.error().where << "'";
      return world_;
    }
    EXPECT_FALSE(decision_->empty());
    world_.take_all(stream_, *decision_);
    return world_;
  }

  World then_refused(Refusal refusal, std::string_view where = "") {
    if (decision_) {
      ADD_FAILURE() << "not refused as " << text_of(refusal).code << ", decided\n" << to_text(*decision_);
      return world_;
    }
    EXPECT_EQ(text_of(decision_.error().refusal).code, text_of(refusal).code);
    EXPECT_EQ(decision_.error().where, where);
    return world_;
  }

 private:
  World world_;
  StreamId stream_;
  std::expected<std::vector<Event>, Rejection> decision_;
  testing::ScopedTrace trace_;
};

template <class Own>
Then World::when(const StreamId& stream, Own own, const std::source_location& where) {
  auto decision = decided(stream, std::move(own));
  return {*this, stream, std::move(decision), where};
}

// A town with cells, an open project, and these events in one more stream.
template <class... Events>
World given(const StreamId& stream, Events... events) {
  World world;
  world.given(the_ledger, created(), cells()).given(the_project, project_opened());
  world.given(stream, std::move(events)...);
  return world;
}

}  // namespace stimmbuch::test
