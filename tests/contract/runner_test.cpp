#include "stimmbuch/eventstore/runner/runner.hpp"

#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "support/one_writer.hpp"

namespace stimmbuch::test {
namespace {

using runner::Failure;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using Kind = runner::Failure::Kind;

const auto bob = id<CitizenId>("bob");

runner::Submission registers(const CitizenId& citizen, const std::string& key,
                             std::optional<std::string> identity_row = std::nullopt) {
  auto made = submission(citizen, citizen::RegisterCitizen{}, citizen, key);
  made.identity_row = std::move(identity_row);
  return made;
}

runner::Submission verifies(const CitizenId& citizen, const std::string& key, std::string registry_row) {
  auto made = submission(citizen, citizen::VerifyCitizen{cell("high"), "id-card", true}, ada, key);
  made.identity_row = std::move(registry_row);
  return made;
}

runner::Submission changes(const std::string& key, std::vector<runner::VaultText> texts) {
  citizen::ChangeCitizen change;
  for (const auto& each : texts) change.texts.emplace(each.field, commitment(each.text));
  auto made = submission(the_citizen, std::move(change), the_citizen, key);
  made.texts = std::move(texts);
  return made;
}

runner::Submission erases(const CitizenId& citizen, const std::string& key) {
  auto made = submission(citizen, citizen::EraseCitizen{}, citizen, key);
  made.secrets.push_back(
      {runner::RowClass::secrets, "erasing/citizen/" + std::string(citizen.text()), {}, "now"});
  return made;
}

runner::Submission votes(const char* choice, const std::string& key, const VoterId& voter = the_voter) {
  auto made = submission(BallotId{the_poll, voter}, cast(choice), voter, key);
  made.citizen = the_citizen;
  return made;
}

// A town with cells, a citizen and an open poll.
struct Town : OneWriter {
  explicit Town(runner::RunnerOptions bounds = {}) : OneWriter(bounds) {
    submit(the_ledger,
           ledger::CreateLedger{the_ledger, ledger::Purpose::town, "town.example/log", PublicKey{}},
           Engine{});
    submit(the_ledger, ledger::DeclareCells{cells().levels, cells().districts, cells().age_bands}, Engine{});
    submit(the_citizen, citizen::RegisterCitizen{}, the_citizen);
    submit(the_project, project::OpenProject{words("Park"), {}});
    submit(the_poll, poll::DraftPoll{terms(), poll::Results::live, options("a", "b", "c")});
    submit(the_poll, poll::OpenPoll{});
  }
};

// ---- positions and records

TEST(Runner, NumbersRecordsWithoutAGap) {
  Town town;
  const auto before = number(town.ledger.head());
  const auto outcomes =
      town.submit_together({votes("a", "1"), votes("z", "2"), votes("b", "3"), votes("c", "4")});
  EXPECT_EQ(number(accepted(outcomes[0])->first), before + 1);
  EXPECT_EQ(refusal(outcomes[1]), Refusal::choice_unknown);
  EXPECT_EQ(number(accepted(outcomes[2])->first), before + 2);
  EXPECT_EQ(number(accepted(outcomes[3])->last), before + 3);
  EXPECT_EQ(accepted(outcomes[3])->revision, Revision{2});
  EXPECT_EQ(number(town.ledger.head()), before + 3);
  for (std::uint64_t at = 1; at <= number(town.ledger.head()); ++at) {
    EXPECT_EQ(codec::read_envelope(*town.ledger.at(Position{at})).value().position, Position{at});
  }
}

TEST(Runner, DecidesEachCommandBehindTheOneBefore) {
  Town town;
  const auto outcomes =
      town.submit_together({submission(the_poll, poll::ClosePoll{}, ada, "close"), votes("a", "1")});
  EXPECT_TRUE(accepted(outcomes[0]));
  EXPECT_EQ(refusal(outcomes[1]), Refusal::poll_closed);
}

// While a backup is made: whatever the writer has to do, then nothing is half done.
TEST(Runner, StandsStillBetweenGroups) {
  Town town;
  std::atomic<bool> enough = false;
  std::thread crowd([&] {
    for (int i = 0; !enough; ++i)
      town.submit(submission(id<CitizenId>("c" + std::to_string(i)), citizen::RegisterCitizen{},
                             id<CitizenId>("c" + std::to_string(i)), "key"));
  });
  for (int i = 0; i < 20; ++i) {
    bool stood_still = false;
    EXPECT_TRUE(town.runner->between_groups([&] {
      const auto head = town.ledger.head();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      stood_still = town.ledger.head() == head;
    }));
    EXPECT_TRUE(stood_still);
  }
  enough = true;
  crowd.join();
  EXPECT_THROW(town.runner->between_groups([] { throw std::runtime_error("on demand"); }),
               std::runtime_error);
  EXPECT_TRUE(accepted(town.submit(votes("a", "1"))));
  town.runner->stop();
  EXPECT_FALSE(town.runner->between_groups([] {}));
}

TEST(Runner, MarksAllRecordsOfACommandButTheLast) {
  Town town;
  const auto draft = submission(id<PollId>("walls"),
                                poll::DraftPoll{terms(), poll::Results::live, options("a", "b")}, ada, "d");
  const auto outcome = town.submit(draft);
  const auto* const taken = accepted(outcome);
  ASSERT_TRUE(taken);
  EXPECT_EQ(number(taken->last), number(taken->first) + 1);
  EXPECT_TRUE(codec::read_envelope(*town.ledger.at(taken->first))->more);
  EXPECT_FALSE(codec::read_envelope(*town.ledger.at(taken->last))->more);
  EXPECT_EQ(codec::read_envelope(*town.ledger.at(taken->first))->command, to_text(draft.tag));
  EXPECT_EQ(codec::read_envelope(*town.ledger.at(taken->last))->command, to_text(draft.tag));
}

TEST(Runner, WritesOnlyWhatAStrangerWouldRead) {
  Town town;
  EXPECT_EQ(town.log().size(), number(town.ledger.head()));
}

TEST(Runner, KeepsWhatIsForImportedPollsFromThoseOfCitizens) {
  Town town;
  const auto walls = id<PollId>("walls");
  auto imported = terms();
  imported.imported = true;
  const auto for_imported = [&](auto own, const std::string& key) {
    auto made = submission(walls, std::move(own), id<OfficialId>("ole"), key);
    made.imported_only = true;
    return made;
  };
  // Staff drafts a poll under the very id while the operator's commands are on their way.
  const auto outcomes = town.submit_together(
      {for_imported(poll::OpenPoll{}, "early"),
       submission(walls, poll::DraftPoll{terms(), poll::Results::live, options("a", "b")}, ada, "draft"),
       for_imported(poll::DraftPoll{imported, poll::Results::live, options("a", "b")}, "late"),
       for_imported(poll::OpenPoll{}, "open")});
  EXPECT_EQ(refusal(outcomes[0]), Refusal::poll_unknown);
  EXPECT_TRUE(accepted(outcomes[1]));
  EXPECT_EQ(refusal(outcomes[2]), Refusal::poll_not_imported);
  EXPECT_EQ(refusal(outcomes[3]), Refusal::poll_not_imported);
}

// ---- idempotency

TEST(Replay, AnswersARepeatAsTheFirstTimeAndWritesNothing) {
  Town town;
  const auto first = town.submit(votes("a", "key"));
  town.submit(votes("b", "other"));
  const auto head = town.ledger.head();
  const auto again = town.submit(votes("a", "key"));
  ASSERT_TRUE(accepted(again));
  EXPECT_TRUE(accepted(again)->replayed);
  EXPECT_FALSE(accepted(first)->replayed);
  EXPECT_EQ(accepted(again)->first, accepted(first)->first);
  EXPECT_EQ(accepted(again)->last, accepted(first)->last);
  EXPECT_EQ(accepted(again)->revision, accepted(first)->revision);
  EXPECT_TRUE(accepted(again)->events == accepted(first)->events);
  EXPECT_EQ(town.ledger.head(), head);
}

TEST(Replay, WorksWithinAGroupAndOverARestart) {
  Town town;
  const auto draft = [] {
    return submission(id<PollId>("walls"), poll::DraftPoll{terms(), poll::Results::live, options("a", "b")},
                      ada, "d");
  };
  const auto outcomes = town.submit_together({draft(), votes("a", "1"), draft(), votes("a", "1")});
  town.start();
  for (const auto& again : {outcomes[2], town.submit(draft())}) {
    ASSERT_TRUE(accepted(again));
    EXPECT_TRUE(accepted(again)->replayed);
    EXPECT_EQ(accepted(again)->first, accepted(outcomes[0])->first);
    EXPECT_EQ(accepted(again)->revision, accepted(outcomes[0])->revision);
    EXPECT_TRUE(accepted(again)->events == accepted(outcomes[0])->events);
  }
  EXPECT_TRUE(accepted(outcomes[3])->replayed);
  EXPECT_EQ(accepted(outcomes[3])->first, accepted(outcomes[1])->first);
}

TEST(Replay, PrecedesEveryRule) {
  Town town;
  town.submit(votes("a", "key"));
  town.submit(the_poll, poll::ClosePoll{});
  auto again = votes("a", "key");
  again.expected = Revision{77};
  EXPECT_TRUE(accepted(town.submit(again))->replayed);
  EXPECT_EQ(refusal(town.submit(votes("a", "new"))), Refusal::poll_closed);
}

TEST(Replay, OfOtherContentIsRefused) {
  Town town;
  town.submit(votes("a", "key"));
  EXPECT_EQ(failure(town.submit(votes("b", "key"))), Kind::key_reused);
  const auto outcomes = town.submit_together({votes("a", "k2"), votes("c", "k2")});
  EXPECT_EQ(failure(outcomes[1]), Kind::key_reused);
}

// Of sealed ballots when the secret is gone under which their contents are told apart.
TEST(Replay, IsRecognisedByItsIdWhereNobodyKnowsTheContent) {
  Town town;
  const auto first = town.submit(votes("a", "key"));
  auto again = votes("b", "key");
  again.tag.content = {};
  again.content_known = false;
  const auto replayed = town.submit(again);
  ASSERT_TRUE(accepted(replayed));
  EXPECT_TRUE(accepted(replayed)->replayed);
  EXPECT_EQ(accepted(replayed)->first, accepted(first)->first);
}

TEST(Replay, IsOfTheSameActorOnTheSameStreamOnly) {
  Town town;
  town.submit(votes("a", "key"));
  EXPECT_FALSE(accepted(town.submit(votes("a", "key", id<VoterId>("v1"))))->replayed);
}

TEST(Replay, ComparesTextsWithTheirRows) {
  Town town;
  const auto first = town.submit(changes("key", {text("email", "a@b.de")}));
  EXPECT_TRUE(accepted(town.submit(changes("key", {text("email", "a@b.de")})))->replayed);
  EXPECT_EQ(failure(town.submit(changes("key", {text("email", "x@y.de")}))), Kind::key_reused);
  EXPECT_EQ(failure(town.submit(changes("key", {text("email", "a@b.de"), text("name", "Cora")}))),
            Kind::key_reused);
  EXPECT_EQ(failure(town.submit(changes("key", {text("name", "a@b.de")}))), Kind::key_reused);
  const auto outcomes =
      town.submit_together({changes("k2", {text("name", "Cora")}), changes("k2", {text("name", "Cora")}),
                            changes("k2", {text("name", "Kora")})});
  EXPECT_TRUE(accepted(outcomes[1])->replayed);
  EXPECT_EQ(failure(outcomes[2]), Kind::key_reused);
  EXPECT_EQ(accepted(first)->revision, Revision{1});
}

TEST(Replay, TakesADestroyedTextForEqual) {
  Town town;
  town.submit(changes("key", {text("email", "a@b.de")}));
  ASSERT_TRUE(town.vault.read(runner::RowClass::texts, "text/citizen/cora/1/email"));
  town.vault.recover(Position{0});  // destroys what was written last
  ASSERT_FALSE(town.vault.read(runner::RowClass::texts, "text/citizen/cora/1/email"));
  EXPECT_TRUE(accepted(town.submit(changes("key", {text("email", "x@y.de")})))->replayed);
}

// ---- identity

TEST(RegisteringTwice, IsAnsweredWithTheCitizenThatThePersonIs) {
  Town town;
  const auto first = town.submit(registers(bob, "1", "subject-row"));
  EXPECT_EQ(town.vault.read(runner::RowClass::secrets, "subject-row"), "bob");
  const auto again = town.submit(registers(id<CitizenId>("bob-again"), "2", "subject-row"));
  ASSERT_TRUE(accepted(again));
  EXPECT_TRUE(accepted(again)->replayed);
  EXPECT_TRUE(accepted(again)->stream == StreamId{bob});
  EXPECT_EQ(accepted(again)->first, accepted(first)->first);
}

TEST(RegisteringTwice, InOneGroupIsOneCitizen) {
  Town town;
  const auto outcomes =
      town.submit_together({registers(bob, "1", "row"), registers(id<CitizenId>("bob-again"), "2", "row"),
                            registers(bob, "1", "row")});
  EXPECT_FALSE(accepted(outcomes[0])->replayed);
  for (const auto& again : {outcomes[1], outcomes[2]}) {
    EXPECT_TRUE(accepted(again)->replayed);
    EXPECT_TRUE(accepted(again)->stream == StreamId{bob});
  }
}

TEST(RegistryIdentities, BelongToOneCitizen) {
  Town town;
  town.submit(registers(bob, "1"));
  EXPECT_TRUE(accepted(town.submit(verifies(bob, "2", "registry-row"))));
  EXPECT_TRUE(accepted(town.submit(verifies(bob, "3", "registry-row"))));
  EXPECT_EQ(refusal(town.submit(verifies(the_citizen, "4", "registry-row"))), Refusal::already_registered);
}

TEST(RegistryIdentities, BelongToOneCitizenEvenInOneGroup) {
  Town town;
  const auto outcomes = town.submit_together(
      {registers(bob, "1"), verifies(bob, "2", "row"), verifies(the_citizen, "3", "row")});
  EXPECT_TRUE(accepted(outcomes[1]));
  EXPECT_EQ(refusal(outcomes[2]), Refusal::already_registered);
}

TEST(RegistryIdentities, OfRefusedCommandsAreNotKept) {
  Town town;
  EXPECT_EQ(refusal(town.submit(verifies(bob, "1", "row"))), Refusal::citizen_unknown);
  EXPECT_FALSE(town.vault.read(runner::RowClass::secrets, "row"));
  EXPECT_TRUE(accepted(town.submit(verifies(the_citizen, "2", "row"))));
}

TEST(VaultRows, ArePutBeforeTheRecordsThatNeedThem) {
  Town town;
  auto submission = registers(bob, "1", "row");
  submission.texts = {text("name", "Bob")};
  submission.secrets = {{runner::RowClass::secrets, "secret", {"citizen/bob"}, "s"}};
  town.submit(submission);
  EXPECT_EQ(runner::text_of_row(*town.vault.read(runner::RowClass::texts, "text/citizen/bob/0/name")), "Bob");
  EXPECT_EQ(town.vault.read(runner::RowClass::secrets, "secret"), "s");
}

// ---- expected revisions and full streams

TEST(ExpectedRevision, IsHeldAgainstTheLastRecord) {
  Town town;
  auto closing = submission(the_poll, poll::ClosePoll{}, ada, "close");
  closing.expected = Revision{2};
  const auto outcome = town.submit(closing);
  ASSERT_EQ(failure(outcome), Kind::revision_differs);
  EXPECT_EQ(std::get<Failure>(outcome).revision, Revision{3});
  closing.expected = Revision{3};
  EXPECT_TRUE(accepted(town.submit(closing)));
}

TEST(ExpectedRevision, OfAnEmptyStreamIsNone) {
  Town town;
  auto vote = votes("a", "1");
  vote.expected = Revision{0};
  const auto outcome = town.submit(vote);
  ASSERT_EQ(failure(outcome), Kind::revision_differs);
  EXPECT_EQ(std::get<Failure>(outcome).revision, std::nullopt);
}

TEST(Streams, TakeAThousandCommands) {
  Town town;
  std::vector<runner::Submission> commands;
  for (int i = 0; i < 1000; ++i)
    commands.push_back(changes(std::to_string(i), {text("email", std::to_string(i))}));
  const auto outcomes = town.submit_together(std::move(commands));
  EXPECT_TRUE(accepted(outcomes[998]));
  EXPECT_EQ(refusal(outcomes[999]), Refusal::stream_full);
  EXPECT_TRUE(accepted(town.submit(changes("0", {text("email", "0")})))->replayed);
  // Whoever wants to be erased is, and what the engine does for that is written.
  EXPECT_TRUE(accepted(town.submit(erases(the_citizen, "erase"))));
  EXPECT_TRUE(accepted(town.submit(the_citizen, citizen::CompleteErasure{}, Engine{})));
}

// ---- erasure

TEST(Erasure, IsNotUndoneByRegisteringOrVerifyingAgain) {
  Town town;
  town.submit(registers(bob, "key-1", "identity/bob"));
  town.submit(verifies(bob, "key-2", "registry/b"));
  const auto eve = id<CitizenId>("eve");
  const auto outcomes =
      town.submit_together({registers(eve, "key-3", "identity/eve"), erases(bob, "key-4"),
                            registers(bob, "key-5", "identity/bob"), verifies(eve, "key-6", "registry/b")});
  EXPECT_TRUE(accepted(outcomes[1]));
  EXPECT_EQ(refusal(outcomes[2]), Refusal::erasure_pending);
  EXPECT_EQ(refusal(outcomes[3]), Refusal::erasure_pending);
}

TEST(Erasure, KeepsAHeldIdentityFromRegistering) {
  Town town;
  town.vault.write(Position{99},
                   std::vector{runner::VaultRow{runner::RowClass::secrets, "held/identity/bob", {}, "7"}});
  auto again = registers(bob, "key-1", "identity/bob");
  again.held_row = "held/identity/bob";
  EXPECT_EQ(refusal(town.submit(again)), Refusal::erasure_pending);
}

TEST(Erasure, OfATextIsAskedForOnce) {
  Town town;
  town.submit(changes("key-1", {text("name", "x")}));
  const auto destroys = [](const std::string& key, std::string field) {
    auto made = submission(the_citizen, citizen::DestroyText{{Revision{1}, field}}, the_citizen, key);
    made.destroyed_text = "text/citizen/" + std::string(the_citizen.text()) + "/1/" + field;
    made.secrets.push_back({runner::RowClass::secrets, "erasing/" + *made.destroyed_text, {}, "now"});
    return made;
  };
  const auto outcomes = town.submit_together(
      {destroys("key-2", "name"), destroys("key-3", "name"), destroys("key-4", "phone")});
  EXPECT_TRUE(accepted(outcomes[0]));
  EXPECT_EQ(refusal(outcomes[1]), Refusal::text_unknown);
  EXPECT_EQ(refusal(outcomes[2]), Refusal::text_unknown);
  EXPECT_TRUE(accepted(town.submit(destroys("key-2", "name")))->replayed);
}

TEST(Erasure, WritesNoRowThatIsThereAlready) {
  Town town;
  const std::string name = "erasing/citizen/" + std::string(the_citizen.text());
  town.vault.write(Position{99},
                   std::vector{runner::VaultRow{runner::RowClass::secrets, name, {}, "before"}});
  EXPECT_TRUE(accepted(town.submit(erases(the_citizen, "key-1"))));
  EXPECT_EQ(town.vault.read(runner::RowClass::secrets, name), "before");
  EXPECT_EQ(town.failures, 0);
}

// ---- the names of rows of texts

TEST(TextRowName, IsReadAsItIsWritten) {
  const BallotId ballot{the_poll, the_voter};
  for (const StreamId& stream : {StreamId{the_citizen}, StreamId{the_poll}, StreamId{ballot}}) {
    for (const auto* const field : {"name", "options/a/description/de"}) {
      const auto row =
          runner::parse_text_row_name(runner::text_row_name(subject(stream), Revision{7}, field));
      ASSERT_TRUE(row);
      EXPECT_EQ(row->stream, stream);
      EXPECT_EQ(row->text, (TextName{Revision{7}, field}));
    }
  }
  for (const auto* const other : {"", "text/", "text/poll/p", "text/poll/p/1", "text/poll/p/1/",
                                  "text/poll/p/x/name", "text/poll/p/-1/name", "text/nothing/p/1/name",
                                  "identity/x", "text/ballot/p/1/name", "text/poll/p/99999999999/name"}) {
    EXPECT_FALSE(runner::parse_text_row_name(other)) << other;
  }
}

// ---- time

TEST(RecordedTime, LiesOnTheGridInBallotsAndIsExactElsewhere) {
  Town town;
  town.clock.pass(minutes{61} + microseconds{7});
  const auto vote = town.submit(votes("a", "1"));
  const auto closed = town.submit(the_poll, poll::ClosePoll{});
  EXPECT_EQ(town.recorded_time(accepted(vote)->first), noon + hours{1});
  EXPECT_EQ(town.recorded_time(accepted(closed)->first), noon + minutes{61} + microseconds{7});
}

TEST(RecordedTime, NeverGoesBack) {
  Town town;
  town.clock.pass(minutes{10});
  const auto before = town.submit(the_citizen, citizen::BlockCitizen{});
  town.clock.turn(-seconds{50});
  const auto after = town.submit(the_citizen, citizen::UnblockCitizen{});
  EXPECT_EQ(town.recorded_time(accepted(after)->first), town.recorded_time(accepted(before)->first));
}

TEST(RecordedTime, NeverGoesBackOverARestart) {
  Town town;
  town.clock.pass(minutes{30});
  const auto before = town.submit(id<CitizenId>("carl"), citizen::RegisterCitizen{});
  town.submit(votes("a", "1"));  // recorded as of noon
  town.clock.turn(-minutes{20});
  town.start();
  const auto after = town.submit(id<CitizenId>("dora"), citizen::RegisterCitizen{});
  EXPECT_EQ(town.recorded_time(accepted(after)->first), town.recorded_time(accepted(before)->first));
}

TEST(Clock, ThatDriftsApartFromTheSteadyOneStopsCommands) {
  for (const auto turn : {seconds{62}, -seconds{62}}) {
    Town town;
    const auto head = town.ledger.head();
    town.clock.turn(turn);
    EXPECT_EQ(failure(town.submit(votes("a", "1"))), Kind::clock_unreliable);
    EXPECT_EQ(town.ledger.head(), head);
    town.clock.turn(-turn);
    EXPECT_TRUE(accepted(town.submit(votes("a", "1"))));
  }
}

// ---- faults

TEST(DiskFloor, LeavesEverythingAsItWas) {
  Town town;
  const auto head = town.ledger.head();
  auto register_bob = registers(bob, "1", "row");
  register_bob.texts = {text("name", "Bob")};
  town.ledger.fail_next_append(FaultyLedger::Kind::disk_floor);
  const auto outcomes = town.submit_together({register_bob, votes("a", "2"), votes("z", "3")});
  for (const auto& outcome : outcomes) EXPECT_EQ(failure(outcome), Kind::disk_nearly_full);
  EXPECT_EQ(town.ledger.head(), head);
  EXPECT_FALSE(town.vault.read(runner::RowClass::secrets, "row"));
  EXPECT_EQ(town.failures, 0);

  const auto again = town.submit_together({register_bob, votes("a", "2")});
  EXPECT_FALSE(accepted(again[0])->replayed);
  EXPECT_FALSE(accepted(again[1])->replayed);
  EXPECT_TRUE(
      std::holds_alternative<ballot::VoteCast>(std::get<ballot::Event>(accepted(again[1])->events[0])));
}

TEST(FailedAppend, EndsTheWriterWithAnUnknownOutcome) {
  Town town;
  town.ledger.fail_next_append(FaultyLedger::Kind::failed);
  const auto outcomes = town.submit_together({votes("a", "1"), votes("z", "2")});
  for (const auto& outcome : outcomes) EXPECT_EQ(failure(outcome), Kind::outcome_unknown);
  EXPECT_EQ(town.failures, 1);
  const auto head = town.ledger.head();
  EXPECT_EQ(failure(town.submit(votes("a", "3"))), Kind::stopping);
  EXPECT_EQ(town.ledger.head(), head);
  EXPECT_EQ(town.failures, 1);
}

TEST(FailedVault, EndsTheWriterBeforeAnyRecord) {
  Town town;
  const auto head = town.ledger.head();
  town.vault.fail_next_write();
  EXPECT_EQ(failure(town.submit(registers(bob, "1", "row"))), Kind::outcome_unknown);
  EXPECT_EQ(failure(town.submit(votes("a", "2"))), Kind::stopping);
  EXPECT_EQ(town.ledger.head(), head);
  EXPECT_EQ(town.failures, 1);
}

TEST(CrashBetweenVaultAndLedger, LeavesNothingBehindAfterRecovery) {
  Town town;
  town.ledger.fail_next_append(FaultyLedger::Kind::failed);
  EXPECT_EQ(failure(town.submit(registers(bob, "1", "row"))), Kind::outcome_unknown);
  town.vault.recover(town.ledger.head());
  town.start();
  EXPECT_FALSE(accepted(town.submit(registers(bob, "1", "row")))->replayed);
}

// ---- the queue

TEST(Queue, IsBounded) {
  std::promise<void> held, release;  // before the town, whose writer uses them to its end
  Town town(runner::RunnerOptions{.queue_max = 2});
  ASSERT_TRUE(town.runner->submit(votes("a", "1"), [&](const runner::Outcome&) {
    held.set_value();
    release.get_future().wait();
  }));
  held.get_future().wait();
  const auto ignore = [](const runner::Outcome&) {};
  EXPECT_TRUE(town.runner->submit(votes("a", "2"), ignore));
  EXPECT_TRUE(town.runner->submit(votes("a", "3"), ignore));
  EXPECT_FALSE(town.runner->submit(votes("a", "4"), ignore));
  EXPECT_EQ(town.runner->statistics().queued, 2U);
  release.set_value();
}

TEST(Stopping, DecidesWhatWaitsAndTakesNothingMore) {
  Town town;
  std::atomic<int> decided = 0;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(town.runner->submit(votes("a", std::to_string(i % 40)), [&](const runner::Outcome& outcome) {
      decided += accepted(outcome) ? 1 : 0;
    }));
  }
  town.runner->stop();
  EXPECT_EQ(decided, 100);
  EXPECT_FALSE(town.runner->submit(votes("a", "more"), [](const runner::Outcome&) {}));
  EXPECT_EQ(failure(town.submit(votes("a", "more"))), Kind::stopping);
  town.runner->stop();
}

TEST(Groups, AreBounded) {
  Town town(runner::RunnerOptions{.group_commands_max = 10});
  const auto before = town.runner->statistics().groups;
  std::vector<runner::Submission> commands;
  for (int i = 0; i < 40; ++i) commands.push_back(votes("a", std::to_string(i)));
  for (const auto& outcome : town.submit_together(std::move(commands))) EXPECT_TRUE(accepted(outcome));
  EXPECT_GE(town.runner->statistics().groups - before, 4U);
}

TEST(Statistics, CountWhatBecameOfCommands) {
  Town town;
  const auto before = town.runner->statistics();
  town.submit(votes("a", "1"));
  town.submit(votes("a", "1"));
  town.submit(votes("z", "2"));
  town.submit(votes("b", "1"));
  const auto after = town.runner->statistics();
  EXPECT_EQ(after.accepted - before.accepted, 1U);
  EXPECT_EQ(after.replayed - before.replayed, 1U);
  EXPECT_EQ(after.refused - before.refused, 1U);
  EXPECT_EQ(after.failed - before.failed, 1U);
}

TEST(CachedStreams, AreBoundedAndMakeNoDifference) {
  Town plain, cached_one(runner::RunnerOptions{.cached_streams_max = 1});
  for (Town* const town : {&plain, &cached_one}) {
    for (int i = 0; i < 30; ++i) {
      const auto voter = id<VoterId>("v" + std::to_string(i % 7));
      town->submit_together({votes(i % 2 == 0 ? "a" : "b", std::to_string(i), voter),
                             changes(std::to_string(i), {text("name", "x")})});
    }
    town->submit(votes("a", "0", id<VoterId>("v0")));
  }
  EXPECT_EQ(cached_one.runner->statistics().cached_streams, 1U);
  EXPECT_TRUE(plain.log() == cached_one.log());
  EXPECT_EQ(plain.runner->statistics().replayed, cached_one.runner->statistics().replayed);
}

TEST(ConcurrentSubmits, OfOneCommandHaveOneEffect) {
  constexpr int distinct = 1000, copies = 10, threads = 8;
  Town town(runner::RunnerOptions{.queue_max = distinct * copies, .group_commands_max = 97});
  const auto before = number(town.ledger.head());
  std::atomic<int> first = 0, replayed = 0, answered = 0;
  std::vector<std::thread> submitters;
  for (int thread = 0; thread < threads; ++thread) {
    submitters.emplace_back([&, thread] {
      for (int i = thread; i < distinct * copies; i += threads) {
        const int command = (i * 7919) % distinct;
        const auto voter = id<VoterId>("v" + std::to_string(command));
        EXPECT_TRUE(town.runner->submit(votes("a", std::to_string(command), voter),
                                        [&](const runner::Outcome& outcome) {
                                          if (const auto* const taken = accepted(outcome))
                                            ++(taken->replayed ? replayed : first);
                                          ++answered;
                                        }));
      }
    });
  }
  for (auto& submitter : submitters) submitter.join();
  town.runner->stop();
  EXPECT_EQ(answered, distinct * copies);
  EXPECT_EQ(first, distinct);
  EXPECT_EQ(replayed, distinct * (copies - 1));
  EXPECT_EQ(number(town.ledger.head()) - before, static_cast<std::uint64_t>(distinct));
}

// ---- what is known of citizens

const auto dora = *CitizenId::parse("AAAAAAAAAAAAAAAAAAAAAA");

runner::Submission votes_of_dora(const char* key) {
  auto made = votes("a", key, id<VoterId>("dora"));
  made.citizen = dora;
  return made;
}

TEST(KnownCitizens, AreNotReadWhenTheyVote) {
  Town town;
  town.runner->citizens().put_unless_known(dora,
                                           {.registered = true, .blocked = false, .cell = std::nullopt});
  EXPECT_TRUE(accepted(town.submit(votes_of_dora("key-1"))));  // though her stream is empty
}

TEST(KnownCitizens, AreAsTheLogHasThemWhateverIsToldOfThem) {
  Town town;
  town.submit(registers(dora, "key-1"));
  town.submit(dora, citizen::BlockCitizen{}, ada, "key-2");
  town.runner->citizens().put_unless_known(dora,
                                           {.registered = true, .blocked = false, .cell = std::nullopt});
  EXPECT_EQ(refusal(town.submit(votes_of_dora("key-3"))), Refusal::citizen_blocked);
}

TEST(KnownCitizens, ChangeWithinAGroup) {
  Town town;
  town.submit(registers(dora, "key-1"));
  EXPECT_TRUE(accepted(town.submit(votes_of_dora("key-2"))));
  const auto outcomes = town.submit_together(
      {submission(dora, citizen::BlockCitizen{}, ada, "key-3"), votes_of_dora("key-4"),
       submission(dora, citizen::UnblockCitizen{}, ada, "key-5"), votes_of_dora("key-6")});
  EXPECT_EQ(refusal(outcomes[1]), Refusal::citizen_blocked);
  EXPECT_TRUE(accepted(outcomes[3]));
}

TEST(KnownCitizens, ForgetWhatTheLedgerDidNotTake) {
  Town town;
  town.submit(registers(dora, "key-1"));
  town.ledger.fail_next_append(eventstore::AppendError::Kind::disk_floor);
  EXPECT_EQ(failure(town.submit(dora, citizen::BlockCitizen{}, ada, "key-2")), Kind::disk_nearly_full);
  EXPECT_TRUE(accepted(town.submit(votes_of_dora("key-3"))));
}

// ---- answers wait for the visible head

// Records are shown by hand. The submissions are answered when the test says so.
struct Unseen : OneWriter {
  explicit Unseen(runner::RunnerOptions bounds = {})
      : OneWriter(eventstore::Visibility::when_shown, bounds) {}

  std::future<runner::Outcome> begin(runner::Submission submission) {
    auto promise = std::make_shared<std::promise<runner::Outcome>>();
    auto outcome = promise->get_future();
    EXPECT_TRUE(runner->submit(std::move(submission),
                               [promise](runner::Outcome result) { promise->set_value(std::move(result)); }));
    return outcome;
  }
  // Waits until the writer is behind everything that was submitted.
  void settle() {
    while (runner->statistics().queued > 0) std::this_thread::yield();
    const auto groups = runner->statistics().groups;
    auto last = begin(submission(id<CitizenId>("nobody"), citizen::UnblockCitizen{}, ada, "settle"));
    while (runner->statistics().groups == groups) std::this_thread::yield();
    settled_.push_back(std::move(last));
  }
  static bool is_answered(const std::future<runner::Outcome>& outcome) {
    return outcome.wait_for(seconds{0}) == std::future_status::ready;
  }

 private:
  std::vector<std::future<runner::Outcome>> settled_;
};

TEST(Answers, WaitUntilTheirRecordsAreVisible) {
  Unseen town;
  auto outcome = town.begin(registers(bob, "key-1"));
  town.settle();
  EXPECT_EQ(town.ledger.synced().head(), Position{1});
  EXPECT_FALSE(Unseen::is_answered(outcome));
  town.ledger.show(Position{1});
  EXPECT_EQ(accepted(outcome.get())->last, Position{1});
}

TEST(Answers, OfRefusalsAndReplaysWaitForTheStateTheyWereDecidedOn) {
  Unseen town;
  auto first = town.begin(registers(bob, "key-1"));
  town.settle();
  auto replay = town.begin(registers(bob, "key-1"));
  auto refused = town.begin(submission(bob, citizen::UnblockCitizen{}, ada, "key-2"));
  town.settle();
  EXPECT_FALSE(Unseen::is_answered(replay));
  EXPECT_FALSE(Unseen::is_answered(refused));
  town.ledger.show(Position{1});
  EXPECT_TRUE(accepted(replay.get())->replayed);
  EXPECT_EQ(refusal(refused.get()), Refusal::citizen_not_blocked);
}

TEST(Answers, ComeAsFarAsTheHeadRises) {
  Unseen town;
  auto first = town.begin(registers(bob, "key-1"));
  town.settle();
  auto second = town.begin(registers(id<CitizenId>("eve"), "key-2"));
  town.settle();
  town.ledger.show(Position{1});
  EXPECT_TRUE(Unseen::is_answered(first));
  EXPECT_FALSE(Unseen::is_answered(second));
  town.ledger.show(Position{2});
  EXPECT_TRUE(Unseen::is_answered(second));
}

TEST(Answers, ThatWaitCountAgainstTheQueue) {
  Unseen town({.queue_max = 2});
  auto first = town.begin(registers(bob, "key-1"));
  while (town.runner->statistics().unanswered < 1) std::this_thread::yield();
  auto second = town.begin(registers(id<CitizenId>("eve"), "key-2"));
  while (town.runner->statistics().unanswered < 2) std::this_thread::yield();
  EXPECT_FALSE(town.runner->submit(registers(id<CitizenId>("dan"), "key-3"), [](const runner::Outcome&) {}));
  town.ledger.show(Position{2});
  EXPECT_TRUE(accepted(second.get()));
  EXPECT_EQ(town.runner->statistics().unanswered, 0U);
}

TEST(Answers, AreUnknownWhenTheEngineEndsBeforeTheirRecordsAreVisible) {
  Unseen town;
  auto outcome = town.begin(registers(bob, "key-1"));
  town.settle();
  town.runner->stop();
  EXPECT_EQ(failure(outcome.get()), Kind::outcome_unknown);
}

TEST(Gate, ThatIsClosedIsToldOfAtOnceThoughOthersWait) {
  Unseen town;
  auto waits = town.begin(registers(bob, "key-1"));
  town.settle();
  town.gate = runner::Gate::no_broker;
  EXPECT_EQ(failure(town.submit(registers(id<CitizenId>("eve"), "key-2"))), Kind::no_broker);
  EXPECT_FALSE(Unseen::is_answered(waits));
}

TEST(Gate, ThatIsClosedLetsNothingBeWritten) {
  Town town;
  const auto head = town.ledger.head();
  town.gate = runner::Gate::no_broker;
  EXPECT_EQ(failure(town.submit(votes("a", "key-1"))), Kind::no_broker);
  town.gate = runner::Gate::no_leader;
  EXPECT_EQ(failure(town.submit(votes("a", "key-1"))), Kind::no_leader);
  EXPECT_EQ(town.runner->closed_gate(), Kind::no_leader);
  EXPECT_EQ(town.ledger.head(), head);
  town.gate = runner::Gate::open;
  EXPECT_EQ(town.runner->closed_gate(), std::nullopt);
  EXPECT_FALSE(accepted(town.submit(votes("a", "key-1")))->replayed);
}

}  // namespace
}  // namespace stimmbuch::test
