#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

using ballot::CastVote;
using ballot::Channel;
using ballot::ImportVote;
using ballot::ImportWithdrawal;
using ballot::VoteChanged;
using ballot::VoteWithdrawn;
using ballot::WithdrawVote;
using poll::BallotKind;
using poll::RuleKind;
using poll::Terms;

// An open poll on options a to d, and a verified citizen about to vote.
World open_poll(const Terms& with = terms(), std::vector<poll::Option> on = options("a", "b", "c", "d")) {
  return given(the_poll, poll::Drafted{with}, poll::Opened{with}, poll::OptionsFixed{std::move(on)})
      .given(the_citizen, citizen::Registered{}, verified(cell("low", "north", "old")))
      .by(the_voter)
      .citizen(the_citizen);
}

World open_poll(poll::BallotForm form, RuleKind rule = RuleKind::most_votes) {
  return open_poll(terms([&](Terms& t) {
    t.form = form;
    t.rule.kind = rule;
  }));
}

World imported_poll() {
  return open_poll(terms([](Terms& t) { t.imported = true; })).by(ada).citizen(std::nullopt);
}

// ---- the life of a ballot

TEST(CastVote, IsRecorded) {
  open_poll().when(the_ballot, cast("a")).then(vote_cast("a"));
}

TEST(CastVote, ChangesAStandingVoteAndRepeatsWhatItReplaces) {
  open_poll()
      .given(the_ballot, vote_cast("a"))
      .when(the_ballot, cast("b"))
      .then(vote_changed(choose("b"), choose("a")));
}

TEST(CastVote, EqualToTheStandingOneLeavesARecordToo) {
  open_poll()
      .given(the_ballot, vote_cast("a"))
      .when(the_ballot, cast("a"))
      .then(vote_changed(choose("a"), choose("a")));
}

TEST(WithdrawVote, TakesTheVoteBackUntilItIsCastAgain) {
  auto world = open_poll()
                   .given(the_ballot, vote_cast("a"))
                   .when(the_ballot, WithdrawVote{})
                   .then(vote_withdrawn(choose("a")));
  world.when(the_ballot, WithdrawVote{}).then_refused(Refusal::no_vote_to_withdraw);
  world.when(the_ballot, cast("b")).then(vote_cast("b"));
}

TEST(WithdrawVote, NeedsAVote) {
  open_poll().when(the_ballot, WithdrawVote{}).then_refused(Refusal::no_vote_to_withdraw);
}

TEST(Votes, ThatCannotBeChangedCannotBeWithdrawn) {
  auto world =
      open_poll(terms([](Terms& t) { t.changeable = false; })).when(the_ballot, cast("a")).accepted();
  world.when(the_ballot, cast("b")).then_refused(Refusal::vote_not_changeable);
  world.when(the_ballot, WithdrawVote{}).then_refused(Refusal::vote_not_changeable);
}

TEST(Votes, TakeFiftyCommandsTheLastOfWhichIsAWithdrawal) {
  auto world = open_poll();
  for (int i = 0; i < 48; ++i) world = world.when(the_ballot, cast(i % 2 == 0 ? "a" : "b")).accepted();
  world = world.when(the_ballot, cast("c")).accepted();
  world.when(the_ballot, cast("d")).then_refused(Refusal::ballot_changes_exhausted);
  world = world.when(the_ballot, WithdrawVote{}).then(vote_withdrawn(choose("c")));
  world.when(the_ballot, WithdrawVote{}).then_refused(Refusal::ballot_changes_exhausted);
  world.when(the_ballot, cast("a")).then_refused(Refusal::ballot_changes_exhausted);
}

// ---- when

TEST(CastVote, NeedsAnOpenPoll) {
  const auto voter = [](World world) {
    return world.given(the_citizen, citizen::Registered{}).by(the_voter).citizen(the_citizen);
  };
  voter(given(the_poll)).when(the_ballot, cast("a")).then_refused(Refusal::poll_unknown);
  voter(given(the_poll, poll::Drafted{terms()}))
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::poll_not_open);
  open_poll().given(the_poll, poll::Closed{}).when(the_ballot, cast("a")).then_refused(Refusal::poll_closed);
  open_poll()
      .given(the_poll, poll::Closed{}, poll::ResultComputed{})
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::poll_closed);
  open_poll()
      .given(the_poll, poll::ResultCertified{})
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::poll_final);
  open_poll()
      .given(the_poll, poll::Cancelled{})
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::poll_final);
  open_poll().given(the_poll, poll::Annulled{}).when(the_ballot, cast("a")).then_refused(Refusal::poll_final);
}

TEST(CastVote, IsTakenFromOpeningToJustBeforeClosing) {
  auto world = open_poll(terms([](Terms& t) {
    t.opens = noon;
    t.closes = noon + hours{24};
  }));
  world.at_time(noon - microseconds{1}).when(the_ballot, cast("a")).then_refused(Refusal::poll_not_yet_open);
  world.at_time(noon).when(the_ballot, cast("a")).accepted();
  world.at_time(noon + hours{24} - microseconds{1}).when(the_ballot, cast("a")).accepted();
  world.at_time(noon + hours{24}).when(the_ballot, cast("a")).then_refused(Refusal::poll_closed);
  world.at_time(noon + hours{24}).when(the_ballot, WithdrawVote{}).then_refused(Refusal::poll_closed);
}

TEST(Ballots, BearTheGridStepAndEverythingElseTheExactTime) {
  auto world = open_poll(terms([](Terms& t) { t.grid_s = 900; }));
  const Time now = noon + minutes{29} + microseconds{1};
  EXPECT_EQ(recorded_time(the_ballot, world, now), noon + minutes{15});
  EXPECT_EQ(recorded_time(the_ballot, world, noon + minutes{15}), noon + minutes{15});
  EXPECT_EQ(recorded_time(the_poll, world, now), now);
  EXPECT_EQ(recorded_time(the_citizen, world, now), now);
}

// ---- who

World with_electorate(Electorate electorate) {
  return open_poll(terms([&](Terms& t) { t.electorate = std::move(electorate); }));
}

TEST(CastVote, IsForRegisteredCitizens) {
  open_poll().citizen(std::nullopt).when(the_ballot, cast("a")).then_refused(Refusal::citizen_unknown);
  open_poll()
      .citizen(id<CitizenId>("nobody"))
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::citizen_unknown);
  open_poll()
      .given(the_citizen, citizen::Blocked{})
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::citizen_blocked);
}

TEST(CastVote, NeedsTheLevelOrAHigherOne) {
  const Electorate high{id<LevelId>("high"), {}, {}};
  const Electorate low{id<LevelId>("low"), {}, {}};
  with_electorate(low).when(the_ballot, cast("a")).accepted();
  with_electorate(high).when(the_ballot, cast("a")).then_refused(Refusal::level_too_low);
  with_electorate(low).given(the_citizen, verified(cell("high"))).when(the_ballot, cast("a")).accepted();
  const auto unverified = id<CitizenId>("new");
  with_electorate(low)
      .given(unverified, citizen::Registered{})
      .citizen(unverified)
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::level_too_low);
  open_poll()
      .given(unverified, citizen::Registered{})
      .citizen(unverified)
      .when(the_ballot, cast("a"))
      .accepted();
}

TEST(CastVote, NeedsOneOfTheDistrictsAndAgeBands) {
  const std::vector<DistrictId> north{id<DistrictId>("north")}, south{id<DistrictId>("south")};
  const std::vector<AgeBandId> old{id<AgeBandId>("old")}, young{id<AgeBandId>("young")};
  with_electorate({{}, north, old}).when(the_ballot, cast("a")).accepted();
  with_electorate({{}, {south[0], north[0]}, {}}).when(the_ballot, cast("a")).accepted();
  with_electorate({{}, south, old}).when(the_ballot, cast("a")).then_refused(Refusal::district_not_entitled);
  with_electorate({{}, north, young})
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::age_band_not_entitled);
  with_electorate({{}, north, {}})
      .given(the_citizen, verified(cell("low")))
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::district_not_entitled);
  with_electorate({{}, {}, old})
      .given(the_citizen, verified(cell("low")))
      .when(the_ballot, cast("a"))
      .then_refused(Refusal::age_band_not_entitled);
}

TEST(WithdrawVote, IsPossibleForWhoLostTheEntitlementMeanwhile) {
  auto world = open_poll().given(the_ballot, vote_cast("a")).given(the_citizen, citizen::Blocked{});
  world.when(the_ballot, cast("b")).then_refused(Refusal::citizen_blocked);
  world.when(the_ballot, WithdrawVote{}).accepted();
}

// ---- what

TEST(Choices, NameOptionsOfThePollOnceAndNoWithdrawnOne) {
  const poll::BallotForm form{BallotKind::multiple, 1, 3};
  open_poll(form).when(the_ballot, cast("a", "z")).then_refused(Refusal::choice_unknown, "/choices/1");
  open_poll(form).when(the_ballot, cast("a", "b", "a")).then_refused(Refusal::choice_repeated, "/choices/2");
  open_poll(form)
      .given(the_poll, poll::OptionWithdrawn{option("b"), "gone"})
      .when(the_ballot, cast("a", "b"))
      .then_refused(Refusal::option_withdrawn, "/choices/1");
}

TEST(Choices, AreBetweenMinAndMax) {
  const poll::BallotForm form{BallotKind::multiple, 2, 3};
  open_poll(form).when(the_ballot, cast("a")).then_refused(Refusal::choices_too_few, "/choices");
  open_poll(form)
      .when(the_ballot, cast("a", "b", "c", "d"))
      .then_refused(Refusal::choices_too_many, "/choices");
  open_poll(form).when(the_ballot, cast("a", "b")).accepted();
  open_poll(form).when(the_ballot, cast("a", "b", "c")).accepted();
  open_poll().when(the_ballot, cast("a", "b")).then_refused(Refusal::choices_too_many, "/choices");
}

TEST(Choices, WithoutRanksStandInThePollsOrder) {
  for (const auto kind : {BallotKind::multiple, BallotKind::approval}) {
    open_poll({kind, 1, 3}).when(the_ballot, cast("d", "a", "c")).then(vote_cast("a", "c", "d"));
  }
}

TEST(Choices, WithRanksKeepTheirOrder) {
  open_poll({BallotKind::ranked, 1, 3}, RuleKind::points)
      .when(the_ballot, cast("d", "a", "c"))
      .then(vote_cast("d", "a", "c"));
}

TEST(Choices, MayBeNoneWhereThePollTakesBlankBallots) {
  open_poll().when(the_ballot, cast()).then_refused(Refusal::blank_not_allowed, "/choices");
  poll::BallotForm form{BallotKind::multiple, 2, 3};
  form.blank_allowed = true;
  auto world = open_poll(form).when(the_ballot, cast()).then(vote_cast());
  world.when(the_ballot, cast("a", "b")).then(vote_changed(choose("a", "b"), {}));
}

World points_poll(std::int32_t per_option) {
  return open_poll({BallotKind::points, 1, 3, 10, per_option}, RuleKind::points);
}

TEST(Points, AreSpreadOverOptionsUpToTheSumAndSortedById) {
  points_poll(0)
      .when(the_ballot, CastVote{{points("c", 7), points("a", 3)}})
      .then(ballot::VoteCast{{points("a", 3), points("c", 7)}, Channel::online, std::nullopt});
  points_poll(0).when(the_ballot, CastVote{{points("a", 1)}}).accepted();
  points_poll(0)
      .when(the_ballot, CastVote{{points("a", 6), points("c", 5)}})
      .then_refused(Refusal::points_invalid, "/choices");
}

TEST(Points, ArePositiveAndWithinTheBoundOfAnOption) {
  for (const std::int32_t bad : {0, -1, 11}) {
    points_poll(0)
        .when(the_ballot, CastVote{{points("b", 1), points("a", bad)}})
        .then_refused(Refusal::points_invalid, "/choices/1");
  }
  points_poll(4).when(the_ballot, CastVote{{points("a", 4)}}).accepted();
  points_poll(4)
      .when(the_ballot, CastVote{{points("a", 5)}})
      .then_refused(Refusal::points_invalid, "/choices/0");
}

TEST(Points, BelongToPollsOfPointsOnly) {
  open_poll()
      .when(the_ballot, CastVote{{points("a", 1)}})
      .then_refused(Refusal::points_invalid, "/choices/0");
}

TEST(BudgetBallots, FitIntoTheBudget) {
  const auto world = [] {
    return open_poll(terms([](Terms& t) {
                       t.form = {BallotKind::budget, 1, 4};
                       t.rule = spends(RuleKind::greedy_skip, 100);
                     }),
                     {priced("a", 60), priced("b", 40), priced("c", 41), priced("d", 0)});
  };
  world().when(the_ballot, cast("b", "a", "d")).then(vote_cast("a", "b", "d"));
  world().when(the_ballot, cast("a", "c")).then_refused(Refusal::budget_exceeded, "/choices");
}

// ---- sealed polls

// With options a to d, on the closing of which the choices are shown.
World sealed_poll(poll::BallotForm form = {}, RuleKind rule = RuleKind::most_votes) {
  const auto with = terms([&](Terms& t) {
    t.form = form;
    t.rule.kind = rule;
    t.results = poll::Results::after_close;
  });
  return given(the_poll, poll::Drafted{with}, poll::Opened{.terms = with, .roll = true, .sealed = true},
               poll::OptionsFixed{options("a", "b", "c", "d")})
      .given(the_citizen, citizen::Registered{}, verified(cell("low", "north", "old")))
      .by(the_voter)
      .citizen(the_citizen);
}

// Of the length of one choice among a to d.
ballot::Seal a_seal(char of, std::size_t bytes = 5) {
  ballot::Seal seal;
  seal.commitment.fill(static_cast<std::byte>(of));
  seal.ciphertext.assign(bytes, static_cast<std::byte>(of));
  return seal;
}

CastVote sealed_cast(const char* choice, ballot::Seal seal) {
  return {choose(choice), std::move(seal)};
}

TEST(SealedVote, IsRecordedAsItsSealAlone) {
  sealed_poll().when(the_ballot, sealed_cast("a", a_seal('1'))).then(ballot::SealedVoteCast{a_seal('1')});
}

TEST(SealedVote, ChangesWithoutRepeatingWhatItReplaces) {
  sealed_poll()
      .given(the_ballot, ballot::SealedVoteCast{a_seal('1')})
      .when(the_ballot, sealed_cast("a", a_seal('2')))
      .then(ballot::SealedVoteChanged{a_seal('2')});
}

TEST(SealedVote, IsTakenBackWithoutSayingWhatItWas) {
  auto world = sealed_poll()
                   .given(the_ballot, ballot::SealedVoteCast{a_seal('1')})
                   .when(the_ballot, WithdrawVote{})
                   .then(ballot::SealedVoteWithdrawn{});
  world.when(the_ballot, WithdrawVote{}).then_refused(Refusal::no_vote_to_withdraw);
  world.when(the_ballot, sealed_cast("b", a_seal('3'))).then(ballot::SealedVoteCast{a_seal('3')});
}

TEST(SealedVote, IsJudgedLikeAnyOther) {
  sealed_poll()
      .when(the_ballot, sealed_cast("z", a_seal('1')))
      .then_refused(Refusal::choice_unknown, "/choices/0");
  sealed_poll()
      .when(the_ballot, CastVote{choose("a", "b"), a_seal('1')})
      .then_refused(Refusal::choices_too_many, "/choices");
  sealed_poll()
      .when(the_ballot, CastVote{{}, a_seal('1')})
      .then_refused(Refusal::blank_not_allowed, "/choices");
  sealed_poll()
      .given(the_poll, poll::OptionWithdrawn{option("a"), "gone"})
      .when(the_ballot, sealed_cast("a", a_seal('1')))
      .then_refused(Refusal::option_withdrawn, "/choices/0");
  sealed_poll()
      .given(the_poll, poll::Closed{})
      .when(the_ballot, sealed_cast("a", a_seal('1')))
      .then_refused(Refusal::poll_closed);
  sealed_poll()
      .given(the_citizen, citizen::Blocked{})
      .when(the_ballot, sealed_cast("a", a_seal('1')))
      .then_refused(Refusal::citizen_blocked);
}

// What came in while the poll was a draft was not sealed.
TEST(SealedVote, IsNeverWrittenOpen) {
  sealed_poll().when(the_ballot, cast("a")).then_refused(Refusal::poll_not_open);
}

TEST(SealedVote, HasTheLengthOfThePollsBallots) {
  for (const std::size_t bytes : {0U, 4U, 6U}) {
    sealed_poll()
        .when(the_ballot, sealed_cast("a", a_seal('1', bytes)))
        .then_refused(Refusal::invalid, "/seal");
  }
}

TEST(SealedVote, TakesFiftyCommandsTheLastOfWhichIsAWithdrawal) {
  auto world = sealed_poll();
  for (int i = 0; i < 49; ++i)
    world = world.when(the_ballot, sealed_cast("a", a_seal(static_cast<char>(i)))).accepted();
  world.when(the_ballot, sealed_cast("a", a_seal('x'))).then_refused(Refusal::ballot_changes_exhausted);
  world.when(the_ballot, WithdrawVote{}).then(ballot::SealedVoteWithdrawn{});
}

TEST(SealedVote, IsOnlyForWhoIsEntitledAndWithdrawalForAnybodyWhoVoted) {
  auto world = sealed_poll().given(the_ballot, ballot::SealedVoteCast{a_seal('1')});
  world.given(the_citizen, citizen::Blocked{});
  world.when(the_ballot, sealed_cast("b", a_seal('2'))).then_refused(Refusal::citizen_blocked);
  world.when(the_ballot, WithdrawVote{}).accepted();
}

// ---- what an opening may say

TEST(ValidChoices, AreCanonicalAndByTheForm) {
  auto world = sealed_poll({BallotKind::multiple, 1, 2});
  world.given(the_poll, poll::OptionWithdrawn{option("c"), "gone"});
  const auto& poll = world.state<poll::State>(the_poll);
  EXPECT_TRUE(ballot::is_valid(poll, choose("a", "b")));
  EXPECT_TRUE(ballot::is_valid(poll, choose("c"))) << "it may have been withdrawn behind the vote";
  for (const auto& bad : {choose("b", "a"), choose("a", "a"), choose("z"), choose("a", "b", "d"), choose()})
    EXPECT_FALSE(ballot::is_valid(poll, bad));
  EXPECT_FALSE(ballot::is_valid(poll, {points("a", 1)}));
}

// ---- imported polls

ImportVote import(const char* choice, Time cast_at = noon - hours{100}) {
  return {choose(choice), Channel::online, cast_at};
}

TEST(ImportVote, KeepsTheTimeAndTheChannelOfItsOrigin) {
  const Time then = noon - hours{100};
  imported_poll()
      .when(the_ballot, ImportVote{choose("a"), Channel::paper, then})
      .then(ballot::VoteCast{choose("a"), Channel::paper, then});
  imported_poll()
      .when(the_ballot, import("a"))
      .accepted()
      .when(the_ballot, import("b", then + hours{1}))
      .then(VoteChanged{choose("b"), choose("a"), Channel::online, then + hours{1}});
  imported_poll()
      .when(the_ballot, import("a"))
      .accepted()
      .when(the_ballot, ImportWithdrawal{then + hours{2}})
      .then(VoteWithdrawn{choose("a"), Channel::online, then + hours{2}});
}

TEST(ImportVote, CannotChangeTheChannel) {
  imported_poll()
      .when(the_ballot, import("a"))
      .accepted()
      .when(the_ballot, ImportVote{choose("a"), Channel::paper, noon})
      .then_refused(Refusal::invalid, "/channel");
}

TEST(ImportVote, IsNotOfTheFuture) {
  imported_poll().when(the_ballot, import("a", noon)).accepted();
  imported_poll()
      .when(the_ballot, import("a", noon + microseconds{1}))
      .then_refused(Refusal::invalid, "/cast_at");
  imported_poll()
      .given(the_ballot, vote_cast("a"))
      .when(the_ballot, ImportWithdrawal{noon + microseconds{1}})
      .then_refused(Refusal::invalid, "/cast_at");
}

TEST(ImportVote, IsHeldToThePollsRules) {
  imported_poll().when(the_ballot, import("z")).then_refused(Refusal::choice_unknown, "/choices/0");
  imported_poll().when(the_ballot, ImportWithdrawal{noon}).then_refused(Refusal::no_vote_to_withdraw);
  imported_poll()
      .given(the_poll, poll::Closed{})
      .when(the_ballot, import("a"))
      .then_refused(Refusal::poll_closed);
  auto fixed = open_poll(terms([](Terms& t) {
    t.imported = true;
    t.changeable = false;
  }));
  fixed.given(the_ballot, vote_cast("a"))
      .when(the_ballot, import("b"))
      .then_refused(Refusal::vote_not_changeable);
  fixed.when(the_ballot, ImportWithdrawal{noon}).then_refused(Refusal::vote_not_changeable);
}

TEST(ImportedPolls, TakeNoCitizensAndOtherPollsNoImports) {
  imported_poll().citizen(the_citizen).when(the_ballot, cast("a")).then_refused(Refusal::poll_imported);
  imported_poll().when(the_ballot, WithdrawVote{}).then_refused(Refusal::poll_imported);
  open_poll().when(the_ballot, import("a")).then_refused(Refusal::poll_not_imported);
  open_poll().when(the_ballot, ImportWithdrawal{noon}).then_refused(Refusal::poll_not_imported);
}

TEST(ImportVote, IsNotCountedAgainstTheVotersFiftyCommands) {
  auto world = imported_poll();
  for (int i = 0; i < 60; ++i) world = world.when(the_ballot, import("a")).accepted();
}

// ---- an account that is erased, or about to be

TEST(CastVote, IsNoMoreOfWhomIsErased) {
  auto world = open_poll().given(the_ballot, vote_cast("a"));
  world.given(the_citizen, citizen::ErasureRequested{});
  world.when(the_ballot, cast("b")).then_refused(Refusal::citizen_erased);
  world.when(the_ballot, WithdrawVote{}).then_refused(Refusal::citizen_erased);
  world.given(the_citizen, citizen::Erased{});
  world.when(the_ballot, cast("b")).then_refused(Refusal::citizen_erased);
}

}  // namespace
}  // namespace stimmbuch::test
