#include "stimmbuch/domain/roll.hpp"

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using roll::AddPart;
using roll::PartAdded;

const RollPartId first_part{the_poll, 0};
const RollPartId second_part{the_poll, 1};

World closed_poll(bool with_roll = true) {
  return given(the_poll, poll::Drafted{terms()}, poll::Opened{.terms = terms(), .roll = with_roll},
               poll::OptionsFixed{options("a", "b")}, poll::Closed{})
      .by(Engine{});
}

std::vector<roll::Entry> entries(std::initializer_list<std::string_view> voters) {
  std::vector<roll::Entry> all;
  for (const auto voter : voters) all.push_back({id<VoterId>(voter), {}, Position{7}});
  return all;
}

TEST(RollPart, HoldsWhoWasEntitled) {
  closed_poll().when(first_part, AddPart{0, entries({"v1", "v2"})}).then(PartAdded{0, entries({"v1", "v2"})});
}

TEST(RollPart, ComesBehindThePartBeforeIt) {
  auto world = closed_poll();
  world.when(second_part, AddPart{0, entries({"v3"})}).then_refused(Refusal::invalid, "/part");
  world.given(first_part, PartAdded{0, entries({"v1", "v2"})});
  world.when(second_part, AddPart{2, entries({"v3"})}).then(PartAdded{2, entries({"v3"})});
}

TEST(RollPart, SaysHowManyEntriesAreBeforeIt) {
  auto world = closed_poll();
  world.when(first_part, AddPart{1, entries({"v1"})}).then_refused(Refusal::invalid, "/before");
  world.given(first_part, PartAdded{0, entries({"v1", "v2"})});
  for (const std::int64_t before : {-1, 0, 1, 3})
    world.when(second_part, AddPart{before, entries({"v3"})}).then_refused(Refusal::invalid, "/before");
}

TEST(RollPart, IsSortedByPseudonymOverAllParts) {
  auto world = closed_poll();
  for (const auto& unsorted : {entries({"v2", "v1"}), entries({"v1", "v1"}), entries({"v1", "v3", "v2"})})
    world.when(first_part, AddPart{0, unsorted}).then_refused(Refusal::invalid, "/entries");
  // Bytes, not letters: upper case comes first.
  world.when(first_part, AddPart{0, entries({"a", "B"})}).then_refused(Refusal::invalid, "/entries");
  world.when(first_part, AddPart{0, entries({"B", "a"})}).accepted();
  world.given(first_part, PartAdded{0, entries({"v1", "v2"})});
  for (const std::string_view not_behind : {"v1", "v2", "a"})
    world.when(second_part, AddPart{2, entries({not_behind})}).then_refused(Refusal::invalid, "/entries");
}

TEST(RollPart, HasBetweenOneAndFiveHundredEntries) {
  AddPart part;
  closed_poll().when(first_part, part).then_refused(Refusal::invalid, "/entries");
  for (std::size_t i = 0; i < roll::entries_max; ++i)
    part.entries.push_back({id<VoterId>(std::to_string(1000 + i)), {}, before_first});
  closed_poll().when(first_part, part).accepted();
  part.entries.push_back({id<VoterId>("9999"), {}, before_first});
  closed_poll().when(first_part, part).then_refused(Refusal::invalid, "/entries");
}

TEST(RollPart, IsAddedOnce) {
  closed_poll()
      .given(first_part, PartAdded{0, entries({"v1"})})
      .when(first_part, AddPart{0, entries({"v1"})})
      .then_refused(Refusal::poll_settled);
}

TEST(RollPart, IsOfAClosedPollThatPromisedARoll) {
  const AddPart part{0, entries({"v1"})};
  given(the_poll).when(first_part, part).then_refused(Refusal::poll_not_closed);
  given(the_poll, poll::Drafted{terms()}, poll::Opened{.terms = terms(), .roll = true})
      .when(first_part, part)
      .then_refused(Refusal::poll_not_closed);
  closed_poll()
      .given(the_poll, poll::CancellationProposed{"x"}, poll::Cancelled{})
      .when(first_part, part)
      .then_refused(Refusal::poll_not_closed);
  closed_poll()
      .given(the_poll, poll::ResultComputed{})
      .when(first_part, part)
      .then_refused(Refusal::poll_not_closed);
  closed_poll(false).when(first_part, part).then_refused(Refusal::poll_settled);
}

TEST(RollPart, CannotFollowTheEndOfTheRoll) {
  auto world = closed_poll().given(first_part, PartAdded{0, entries({"v1"})});
  world.given(the_poll, poll::RollCompleted{.entries = 1, .parts = 1});
  world.when(second_part, AddPart{1, entries({"v2"})}).then_refused(Refusal::poll_settled);
}

// ---- subjects

TEST(PartSubjects, AreThePollAndTheNumberOfThePart) {
  const auto poll = id<PollId>("a-1_b");
  EXPECT_EQ(subject(RollPartId{poll, 0}), "roll/a-1_b-0");
  EXPECT_EQ(subject(OpeningPartId{poll, UINT32_MAX}), "opening/a-1_b-4294967295");
  for (const std::uint32_t part : {0U, 1U, 10U, UINT32_MAX}) {
    EXPECT_EQ(parse_subject(subject(RollPartId{poll, part})), (StreamId{RollPartId{poll, part}}));
    EXPECT_EQ(parse_subject(subject(OpeningPartId{poll, part})), (StreamId{OpeningPartId{poll, part}}));
  }
}

TEST(PartSubjects, HaveOneWriting) {
  for (const std::string_view text : {"roll/",
                                      "roll/p",
                                      "roll/p-",
                                      "roll/-0",
                                      "roll/p-01",
                                      "roll/p-00",
                                      "roll/p-+1",
                                      "roll/p- 1",
                                      "roll/p-1 ",
                                      "roll/p-1x",
                                      "roll/p-0x1",
                                      "roll/p-4294967296",
                                      "roll/p/0",
                                      "roll/p-0/",
                                      "roll/p.q-0",
                                      "Roll/p-0",
                                      "opening/p",
                                      "opening/p-01",
                                      "opening/p-4294967296",
                                      "rolls/p-0"})
    EXPECT_FALSE(parse_subject(text)) << text;
}

}  // namespace
}  // namespace stimmbuch::test
