#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using citizen::BlockCitizen;
using citizen::ChangeCitizen;
using citizen::CompleteErasure;
using citizen::CompleteTextDestruction;
using citizen::DestroyText;
using citizen::EraseCitizen;
using citizen::RegisterCitizen;
using citizen::UnblockCitizen;
using citizen::VerifyCitizen;

const citizen::Registered registered{};
const citizen::Blocked blocked{};

VerifyCitizen verify(citizen::Cell cell) {
  return {std::move(cell), "id-card", false};
}

TEST(RegisterCitizen, RecordsCommitmentsOnly) {
  const Commitments texts{{"address", commitment("a")},
                          {"email", commitment("e")},
                          {"name", commitment("n")},
                          {"phone", commitment("p")}};
  given(the_citizen).when(the_citizen, RegisterCitizen{texts}).then(citizen::Registered{texts});
}

TEST(RegisterCitizen, HappensOncePerAccount) {
  given(the_citizen, registered)
      .when(the_citizen, RegisterCitizen{})
      .then_refused(Refusal::already_registered);
}

TEST(RegisterCitizen, TakesNoOtherTexts) {
  given(the_citizen)
      .when(the_citizen, RegisterCitizen{{{"born", commitment()}}})
      .then_refused(Refusal::invalid);
}

TEST(VerifyCitizen, RecordsTheCellAndTheRegistrar) {
  given(the_citizen, registered)
      .by(ben)
      .when(the_citizen, verify(cell("low", "north", "old")))
      .then(citizen::Verified{cell("low", "north", "old"), "id-card", ben});
}

TEST(VerifyCitizen, MayMoveACitizenToAnotherCell) {
  auto world = given(the_citizen, registered, verified(cell("low", "north", "old")))
                   .when(the_citizen, verify(cell("low", "south", "old")))
                   .accepted();
  EXPECT_EQ(world.state<citizen::State>(the_citizen).cell, cell("low", "south", "old"));
}

TEST(VerifyCitizen, NeedsADeclaredCell) {
  const auto world = given(the_citizen, registered);
  World{world}.when(the_citizen, verify(cell("top"))).then_refused(Refusal::level_unknown, "/level");
  World{world}
      .when(the_citizen, verify(cell("low", "west", "old")))
      .then_refused(Refusal::district_unknown, "/district");
  World{world}
      .when(the_citizen, verify(cell("low", "north", "older")))
      .then_refused(Refusal::age_band_unknown, "/age_band");
}

TEST(VerifyCitizen, IsDoneByAnOfficialWhoNamesTheMethod) {
  given(the_citizen, registered)
      .by(the_citizen)
      .when(the_citizen, verify(cell("low")))
      .then_refused(Refusal::invalid);
  auto command = verify(cell("low"));
  command.method = "seen in person";
  given(the_citizen, registered).when(the_citizen, command).then_refused(Refusal::invalid, "/method");
}

TEST(VerifyCitizen, GivesALevelWithRegistryIdentityToOneAccountPerPerson) {
  auto command = verify(cell("high"));
  given(the_citizen, registered)
      .when(the_citizen, command)
      .then_refused(Refusal::registry_identity_required, "/registry_identity");
  command.with_registry_identity = true;
  given(the_citizen, registered).when(the_citizen, command).accepted();
  given(the_citizen, registered).registry_holder(the_citizen).when(the_citizen, command).accepted();
  given(the_citizen, registered)
      .registry_holder(id<CitizenId>("somebody-else"))
      .when(the_citizen, command)
      .then_refused(Refusal::already_registered);
}

TEST(VerifyCitizen, NeedsAnAccountThatIsNotBlocked) {
  given(the_citizen).when(the_citizen, verify(cell("low"))).then_refused(Refusal::citizen_unknown);
  given(the_citizen, registered, blocked)
      .when(the_citizen, verify(cell("low")))
      .then_refused(Refusal::citizen_blocked);
}

TEST(ChangeCitizen, ReplacesTheTextsThatItNames) {
  const Commitments texts{{"email", commitment("new")}};
  given(the_citizen, registered).when(the_citizen, ChangeCitizen{texts}).then(citizen::Changed{texts});
}

TEST(ChangeCitizen, NamesPersonalTextsOfSomebodyWhoIsThere) {
  given(the_citizen, registered).when(the_citizen, ChangeCitizen{}).then_refused(Refusal::invalid);
  given(the_citizen, registered)
      .when(the_citizen, ChangeCitizen{{{"reason", commitment()}}})
      .then_refused(Refusal::invalid);
  given(the_citizen)
      .when(the_citizen, ChangeCitizen{{{"name", commitment()}}})
      .then_refused(Refusal::citizen_unknown);
}

TEST(BlockCitizen, StandsUntilUnblocked) {
  const Commitments reason{{"reason", commitment()}};
  auto world =
      given(the_citizen, registered).when(the_citizen, BlockCitizen{reason}).then(citizen::Blocked{reason});
  EXPECT_TRUE(world.state<citizen::State>(the_citizen).blocked);
  world.when(the_citizen, BlockCitizen{}).then_refused(Refusal::citizen_blocked);
  world = world.when(the_citizen, UnblockCitizen{reason}).then(citizen::Unblocked{reason});
  EXPECT_FALSE(world.state<citizen::State>(the_citizen).blocked);
  world.when(the_citizen, UnblockCitizen{}).then_refused(Refusal::citizen_not_blocked);
}

TEST(BlockCitizen, TakesAReasonAndNothingElse) {
  const Commitments name{{"name", commitment()}};
  given(the_citizen, registered).when(the_citizen, BlockCitizen{name}).then_refused(Refusal::invalid);
  given(the_citizen, registered, blocked)
      .when(the_citizen, UnblockCitizen{name})
      .then_refused(Refusal::invalid);
}

TEST(BlockCitizen, NeedsAnAccount) {
  given(the_citizen).when(the_citizen, BlockCitizen{}).then_refused(Refusal::citizen_unknown);
  given(the_citizen).when(the_citizen, UnblockCitizen{}).then_refused(Refusal::citizen_unknown);
}

// ---- erasure

const citizen::ErasureRequested erasure_requested;
const citizen::Erased erased;

TEST(EraseCitizen, IsRequestedFirstAndCompletedByTheEngine) {
  auto world = given(the_citizen, registered).when(the_citizen, EraseCitizen{}).then(erasure_requested);
  EXPECT_EQ(world.state<citizen::State>(the_citizen).erasure, citizen::Erasure::requested);
  world = world.by(Engine{}).when(the_citizen, CompleteErasure{}).then(erased);
  EXPECT_EQ(world.state<citizen::State>(the_citizen).erasure, citizen::Erasure::completed);
}

TEST(EraseCitizen, IsForEverybodyWhoHasAnAccount) {
  given(the_citizen).when(the_citizen, EraseCitizen{}).then_refused(Refusal::citizen_unknown);
  given(the_citizen).when(the_citizen, CompleteErasure{}).then_refused(Refusal::citizen_unknown);
  given(the_citizen, registered, blocked).when(the_citizen, EraseCitizen{}).then(erasure_requested);
}

TEST(EraseCitizen, HappensOnce) {
  given(the_citizen, registered).when(the_citizen, CompleteErasure{}).then_refused(Refusal::invalid);
  given(the_citizen, registered, erasure_requested)
      .when(the_citizen, EraseCitizen{})
      .then_refused(Refusal::citizen_erased);
  given(the_citizen, registered, erasure_requested, erased)
      .when(the_citizen, CompleteErasure{})
      .then_refused(Refusal::citizen_erased);
}

TEST(EraseCitizen, EndsEverythingElse) {
  for (const bool completed : {false, true}) {
    auto world = given(the_citizen, registered, erasure_requested);
    if (completed) world.given(the_citizen, erased);
    world.text_is_there();
    const Commitments name{{"name", commitment()}};
    world.when(the_citizen, verify(cell("low"))).then_refused(Refusal::citizen_erased);
    world.when(the_citizen, ChangeCitizen{name}).then_refused(Refusal::citizen_erased);
    world.when(the_citizen, BlockCitizen{}).then_refused(Refusal::citizen_erased);
    world.when(the_citizen, UnblockCitizen{}).then_refused(Refusal::citizen_erased);
    world.when(the_citizen, DestroyText{{Revision{0}, "name"}}).then_refused(Refusal::citizen_erased);
  }
}

TEST(RegisterCitizen, WaitsUntilTheErasureOfTheOldAccountIsOver) {
  given(the_citizen)
      .identity_held()
      .when(the_citizen, RegisterCitizen{})
      .then_refused(Refusal::erasure_pending);
}

TEST(VerifyCitizen, WaitsUntilTheErasureOfTheOldAccountIsOver) {
  VerifyCitizen command = verify(cell("low"));
  command.with_registry_identity = true;
  given(the_citizen, registered)
      .identity_held()
      .when(the_citizen, command)
      .then_refused(Refusal::erasure_pending);
}

// ---- the end of one text

TEST(DestroyText, IsRequestedFirstAndCompletedByTheEngine) {
  const TextName phone{Revision{0}, "phone"};
  auto world = given(the_citizen, registered)
                   .text_is_there()
                   .when(the_citizen, DestroyText{phone})
                   .then(citizen::TextDestructionRequested{phone});
  world.by(Engine{}).when(the_citizen, CompleteTextDestruction{phone}).then(citizen::TextDestroyed{phone});
}

TEST(DestroyText, NeedsATextThatIsThere) {
  const TextName phone{Revision{0}, "phone"};
  given(the_citizen, registered).when(the_citizen, DestroyText{phone}).then_refused(Refusal::text_unknown);
  given(the_citizen)
      .text_is_there()
      .when(the_citizen, DestroyText{phone})
      .then_refused(Refusal::citizen_unknown);
  given(the_citizen).when(the_citizen, CompleteTextDestruction{phone}).then_refused(Refusal::citizen_unknown);
}

TEST(DestroyText, IsCompletedThoughTheAccountWasErasedMeanwhile) {
  const TextName phone{Revision{0}, "phone"};
  given(the_citizen, registered, citizen::TextDestructionRequested{phone}, erasure_requested, erased)
      .by(Engine{})
      .when(the_citizen, CompleteTextDestruction{phone})
      .then(citizen::TextDestroyed{phone});
}

}  // namespace
}  // namespace stimmbuch::test
