#include "stimmbuch/domain/opening.hpp"

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using opening::AddPart;
using opening::Opening;
using opening::PartAdded;

const OpeningPartId first_part{the_poll, 0};
const OpeningPartId second_part{the_poll, 1};

// Of a poll with a roll that is closed at position 16: ballots at 8 to 15.
World closed_poll(bool sealed = true, bool roll_is_complete = true) {
  const auto with = terms([](poll::Terms& t) {
    t.form = {poll::BallotKind::multiple, 1, 2};
    t.results = poll::Results::after_close;
  });
  auto world =
      given(the_poll, poll::Drafted{with}, poll::Opened{.terms = with, .roll = true, .sealed = sealed},
            poll::OptionsFixed{options("a", "b", "c")});
  for (int i = 0; i < 9; ++i)
    world.given(BallotId{the_poll, id<VoterId>(std::string("v").append(std::to_string(i)))},
                ballot::SealedVoteCast{});
  world.given(the_poll, poll::Closed{});
  if (roll_is_complete) world.given(the_poll, poll::RollCompleted{.entries = 9, .ballots = 9, .parts = 1});
  return world.by(Engine{});
}

Opening opened(std::uint64_t position, std::optional<ballot::Choices> choices = choose("a")) {
  return {Position{position}, {}, std::move(choices)};
}

TEST(OpeningPart, HoldsWhatBallotsSay) {
  const std::vector all{opened(8), opened(9, choose("a", "c")), opened(11, std::nullopt)};
  closed_poll().when(first_part, AddPart{0, all}).then(PartAdded{0, all});
}

TEST(OpeningPart, ComesBehindThePartBeforeIt) {
  auto world = closed_poll();
  world.when(second_part, AddPart{0, {opened(9)}}).then_refused(Refusal::invalid, "/part");
  world.given(first_part, PartAdded{0, {opened(8), opened(9)}});
  world.when(second_part, AddPart{2, {opened(10)}}).then(PartAdded{2, {opened(10)}});
}

TEST(OpeningPart, SaysHowManyOpeningsAreBeforeIt) {
  auto world = closed_poll();
  world.when(first_part, AddPart{1, {opened(8)}}).then_refused(Refusal::invalid, "/before");
  world.given(first_part, PartAdded{0, {opened(8)}});
  for (const std::int64_t before : {-1, 0, 2})
    world.when(second_part, AddPart{before, {opened(9)}}).then_refused(Refusal::invalid, "/before");
}

TEST(OpeningPart, IsInTheOrderOfTheLogOverAllParts) {
  auto world = closed_poll();
  world.when(first_part, AddPart{0, {opened(9), opened(8)}}).then_refused(Refusal::invalid, "/openings");
  world.when(first_part, AddPart{0, {opened(9), opened(9)}}).then_refused(Refusal::invalid, "/openings");
  world.given(first_part, PartAdded{0, {opened(8), opened(10)}});
  for (const std::uint64_t not_behind : {8U, 9U, 10U})
    world.when(second_part, AddPart{2, {opened(not_behind)}}).then_refused(Refusal::invalid, "/openings");
}

TEST(OpeningPart, OpensNothingFromOutsideOfTheVote) {
  auto world = closed_poll();
  const auto& poll = world.state<poll::State>(the_poll);
  const auto opened_at = number(*poll.opened);
  const auto closed_at = number(*poll.closed);
  world.when(first_part, AddPart{0, {opened(opened_at)}}).then_refused(Refusal::invalid, "/openings");
  world.when(first_part, AddPart{0, {opened(closed_at + 1)}}).then_refused(Refusal::invalid, "/openings");
  world.when(first_part, AddPart{0, {opened(closed_at - 1)}}).accepted();
}

TEST(OpeningPart, SaysNothingThatThePollDoesNotAllow) {
  for (const auto& bad : {choose(), choose("z"), choose("b", "a"), choose("a", "b", "c")}) {
    closed_poll().when(first_part, AddPart{0, {opened(8, bad)}}).then_refused(Refusal::invalid, "/openings");
  }
  // A vote for what was withdrawn behind it is still one.
  closed_poll()
      .given(the_poll, poll::OptionWithdrawn{option("a"), "gone"})
      .when(first_part, AddPart{0, {opened(8)}})
      .accepted();
}

TEST(OpeningPart, HasBetweenOneAndFiveHundredOpenings) {
  closed_poll().when(first_part, AddPart{}).then_refused(Refusal::invalid, "/openings");
  auto world = closed_poll();
  const auto opened_at = number(*world.state<poll::State>(the_poll).opened);
  for (std::size_t i = 0; i < opening::openings_max; ++i)
    world.given(the_project, project::PhaseDefined{phase("p", noon, noon)});
  world.given(the_poll, poll::Closed{});  // moves the end of the vote behind all of these
  AddPart part;
  for (std::uint64_t i = 1; i <= opening::openings_max; ++i)
    part.openings.push_back(opened(opened_at + i, std::nullopt));
  world.when(first_part, part).accepted();
  part.openings.push_back(opened(opened_at + opening::openings_max + 1, std::nullopt));
  world.when(first_part, part).then_refused(Refusal::invalid, "/openings");
}

// Long ids let fewer openings into a record.
TEST(OpeningPart, FitsIntoARecord) {
  std::vector<poll::Option> all;
  for (int i = 0; i < 100; ++i) all.push_back(options(std::string(61, 'x') + std::to_string(100 + i))[0]);
  const auto with = terms([](poll::Terms& t) { t.form = {poll::BallotKind::approval, 1, 100}; });
  auto world = given(the_poll, poll::Drafted{with}, poll::Opened{.terms = with, .sealed = true},
                     poll::OptionsFixed{all});
  for (int i = 0; i < 9; ++i) world.given(the_project, project::PhaseDefined{phase("p", noon, noon)});
  world.given(the_poll, poll::Closed{});
  ballot::Choices everything;
  for (const auto& each : all) everything.push_back({each.id, 0});
  const auto opened_at = number(*world.state<poll::State>(the_poll).opened);
  AddPart part;
  std::size_t bytes = 0;
  for (std::uint64_t i = 1; i <= 9; ++i) {
    part.openings.push_back(opened(opened_at + 1 + i, everything));
    bytes += opening::written_bytes_max(part.openings.back());
    auto then = world.when(first_part, part);
    if (bytes > opening::part_bytes_max) {
      then.then_refused(Refusal::invalid, "/openings");
    } else {
      then.accepted();
    }
  }
  EXPECT_GT(bytes, opening::part_bytes_max);
}

TEST(OpeningPart, IsAddedOnce) {
  closed_poll()
      .given(first_part, PartAdded{0, {opened(8)}})
      .when(first_part, AddPart{0, {opened(8)}})
      .then_refused(Refusal::poll_settled);
}

TEST(OpeningPart, IsOfAClosedSealedPollWhoseRollIsComplete) {
  const AddPart part{0, {opened(8)}};
  given(the_poll).when(first_part, part).then_refused(Refusal::poll_not_closed);
  given(the_poll, poll::Drafted{terms()}, poll::Opened{.terms = terms(), .roll = true, .sealed = true})
      .when(first_part, part)
      .then_refused(Refusal::poll_not_closed);
  closed_poll(false).when(first_part, part).then_refused(Refusal::poll_settled);
  closed_poll(true, false).when(first_part, part).then_refused(Refusal::poll_not_settled);
}

TEST(OpeningPart, IsNeverOfACancelledPoll) {
  closed_poll()
      .given(the_poll, poll::CancellationProposed{"x"}, poll::Cancelled{})
      .when(first_part, AddPart{0, {opened(8)}})
      .then_refused(Refusal::poll_not_closed);
}

TEST(OpeningPart, CannotFollowTheEndOfTheOpenings) {
  auto world = closed_poll().given(first_part, PartAdded{0, {opened(8)}});
  world.given(the_poll, poll::OpeningsCompleted{.openings = 1, .parts = 1});
  world.when(second_part, AddPart{1, {opened(9)}}).then_refused(Refusal::poll_settled);
}

}  // namespace
}  // namespace stimmbuch::test
