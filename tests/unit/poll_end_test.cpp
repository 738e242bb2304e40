// The end of what a poll has in the vault: its texts, and its secrets.
#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

using poll::CompleteTextDestruction;
using poll::DestroySecret;
using poll::DestroyText;
using poll::SecretKind;
using poll::Terms;

const TextName description{Revision{0}, "description"};

World opened(const Terms& with = terms()) {
  return given(the_poll, poll::Drafted{with}, poll::OptionsAdded{options("a", "b")}, poll::Opened{with},
               poll::OptionsFixed{options("a", "b")});
}

// An objection period of ten days, which begins at noon.
World certified() {
  return opened(terms([](Terms& t) { t.objection_days = 10; }))
      .given(the_poll, poll::Closed{}, poll::ResultComputed{}, poll::ResultCertified{Position{1}})
      .by(Engine{});
}

TEST(DestroyText, OfAPollIsRequestedFirstAndCompletedByTheEngine) {
  auto world = opened()
                   .text_is_there()
                   .when(the_poll, DestroyText{description})
                   .then(poll::TextDestructionRequested{description});
  world.by(Engine{})
      .when(the_poll, CompleteTextDestruction{description})
      .then(poll::TextDestroyed{description});
}

TEST(DestroyText, OfAPollNeedsATextThatIsThere) {
  opened().when(the_poll, DestroyText{description}).then_refused(Refusal::text_unknown);
  given(the_poll)
      .text_is_there()
      .when(the_poll, DestroyText{description})
      .then_refused(Refusal::poll_unknown);
  given(the_poll).when(the_poll, CompleteTextDestruction{description}).then_refused(Refusal::poll_unknown);
}

TEST(DestroySecret, WaitsForTheEndOfTheObjectionPeriod) {
  certified()
      .at_time(noon + days{10} - microseconds{1})
      .when(the_poll, DestroySecret{})
      .then_refused(Refusal::secret_needed);
  certified().at_time(noon + days{10}).when(the_poll, DestroySecret{}).then(poll::SecretDestroyed{});
}

TEST(DestroySecret, IsForPollsThatAreOver) {
  given(the_poll).when(the_poll, DestroySecret{}).then_refused(Refusal::poll_unknown);
  auto later = opened().at_time(noon + days{400});
  later.when(the_poll, DestroySecret{}).then_refused(Refusal::secret_needed);
  later.given(the_poll, poll::Closed{}).when(the_poll, DestroySecret{}).then_refused(Refusal::secret_needed);
  opened()
      .given(the_poll, poll::CancellationProposed{"x"}, poll::Cancelled{Position{1}})
      .at_time(noon + days{30})
      .when(the_poll, DestroySecret{})
      .then(poll::SecretDestroyed{});
}

TEST(DestroySecret, CountsFromTheLastOfTheEnds) {
  certified()
      .at_time(noon + days{9})
      .given(the_poll, poll::AnnulmentProposed{"x"}, poll::Annulled{Position{1}})
      .at_time(noon + days{19} - microseconds{1})
      .when(the_poll, DestroySecret{})
      .then_refused(Refusal::secret_needed);
}

TEST(DestroySecret, HappensOnce) {
  auto world = certified().at_time(noon + days{10}).when(the_poll, DestroySecret{}).accepted();
  world.when(the_poll, DestroySecret{}).then_refused(Refusal::secret_destroyed);
  EXPECT_TRUE(poll::secret_ends(world.state<poll::State>(the_poll)).empty());
}

// ---- which polls keep somebody who was erased from coming back

// Whether it does for an account that was erased at the present head of the log.
bool keeps(World world, Position erased) {
  return poll::may_be_voted_in_twice(world.state<poll::State>(the_poll), erased);
}

TEST(ErasedVoter, MayComeBackWhenThePollsThatWereOpenAreFinal) {
  auto world = opened();
  const Position erased = next(world.head());
  world.given(the_citizen, citizen::Registered{});
  EXPECT_TRUE(keeps(world, erased));
  world.given(the_poll, poll::Closed{});
  EXPECT_TRUE(keeps(world, erased));
  world.given(the_poll, poll::ResultComputed{});
  EXPECT_TRUE(keeps(world, erased));
  world.given(the_poll, poll::ResultCertified{Position{1}});
  EXPECT_FALSE(keeps(world, erased));
}

TEST(ErasedVoter, IsKeptByNoPollThatWasNotOpenThen) {
  auto drafted = given(the_poll, poll::Drafted{terms()}, poll::OptionsAdded{options("a", "b")});
  EXPECT_FALSE(keeps(drafted, next(drafted.head())));
  const Position before = drafted.head();
  drafted.given(the_poll, poll::Opened{terms()});
  EXPECT_FALSE(keeps(drafted, before));  // opened after it, so the account never voted there
  auto closed = opened().given(the_poll, poll::Closed{});
  EXPECT_FALSE(keeps(closed, next(closed.head())));
  EXPECT_FALSE(keeps(opened(terms([](Terms& t) { t.imported = true; })), Position{99}));
}

}  // namespace
}  // namespace stimmbuch::test
