#include <functional>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

using poll::AddOptions;
using poll::AnnulResult;
using poll::CancelPoll;
using poll::CertifyResult;
using poll::ClosePoll;
using poll::CompleteOpenings;
using poll::CompleteRoll;
using poll::DraftPoll;
using poll::DrawLot;
using poll::ExtendPoll;
using poll::OpeningsCompleted;
using poll::OpenPoll;
using poll::ProposeAnnulment;
using poll::ProposeCancellation;
using poll::ProposeLot;
using poll::Results;
using poll::RollCompleted;
using poll::RuleKind;
using poll::Status;
using poll::Terms;
using poll::TiePolicy;
using poll::WithdrawOption;

DraftPoll draft(Terms terms) {
  return {std::move(terms), Results::live, options("a", "b")};
}

World drafted(Terms with = terms()) {
  return given(the_poll, poll::Drafted{std::move(with)}, poll::OptionsAdded{options("a", "b", "c")});
}

World opened(const Terms& with = terms()) {
  return drafted(with).given(the_poll, poll::Opened{with}, poll::OptionsFixed{options("a", "b", "c")});
}

World closed(const Terms& with = terms()) {
  return opened(with).given(the_poll, poll::Closed{});
}

poll::CountedOption counted_option(std::string_view name, std::uint32_t rank, poll::Outcome outcome) {
  return {option(name), 1, 1, rank, outcome};
}

// a first, then b and c in a tie that decides and that nobody broke.
poll::Count tied() {
  return {
      {counted_option("a", 1, poll::Outcome::selected), counted_option("b", 2, poll::Outcome::tie_unresolved),
       counted_option("c", 2, poll::Outcome::tie_unresolved)},
      {{2, 2, true, poll::TieBreak::unresolved}},
      true};
}

poll::Count clear() {
  return {{counted_option("a", 1, poll::Outcome::selected), counted_option("b", 2, poll::Outcome::not_enough),
           counted_option("c", 3, poll::Outcome::not_enough)},
          {},
          true};
}

// Ada counts.
World count(World world, poll::Count figures) {
  return world.by(ada).when(the_poll, count_poll(world.revision(the_poll), std::move(figures))).accepted();
}

World counted(poll::Count figures = clear(), const Terms& with = terms()) {
  return count(closed(with), std::move(figures));
}

Terms with_lot() {
  return terms([](Terms& t) { t.rule.ties = TiePolicy::lot; });
}

Terms sealed_terms() {
  return terms([](Terms& t) { t.results = Results::after_close; });
}

Terms imported_terms() {
  return terms([](Terms& t) { t.imported = true; });
}

Terms with_times() {
  return terms([](Terms& t) {
    t.opens = noon;
    t.closes = noon + hours{24};
  });
}

Status status(World world) {
  return world.state<poll::State>(the_poll).status;
}

// ---- draft

TEST(DraftPoll, FixesTheTermsAndTheFirstOptions) {
  given(the_project, project::PhaseDefined{phase("vote", noon, noon + hours{1})})
      .when(the_poll, draft(terms()))
      .then(poll::Drafted{terms()}, poll::OptionsAdded{options("a", "b")});
  given(the_poll).when(the_poll, DraftPoll{terms(), Results::live, {}}).then(poll::Drafted{terms()});
}

TEST(DraftPoll, HappensOnce) {
  drafted().when(the_poll, draft(terms())).then_refused(Refusal::poll_exists);
}

TEST(DraftPoll, BelongsToAnOpenProject) {
  given(the_poll)
      .when(the_poll, draft(terms([](Terms& t) { t.project = id<ProjectId>("pool"); })))
      .then_refused(Refusal::project_unknown, "/project");
  given(the_project, project::Closed{})
      .when(the_poll, draft(terms()))
      .then_refused(Refusal::project_closed, "/project");
}

TEST(DraftPoll, KeepsInItsTermsWhenResultsAreShown) {
  given(the_poll)
      .when(the_poll, DraftPoll{terms(), Results::after_close, options("a", "b")})
      .then(poll::Drafted{sealed_terms()}, poll::OptionsAdded{options("a", "b")});
}

TEST(DraftPoll, ShowsBallotsOfAnotherSystemAtOnce) {
  given(the_poll)
      .when(the_poll, DraftPoll{imported_terms(), Results::after_close, options("a")})
      .then_refused(Refusal::invalid, "/results");
}

struct BadTerms {
  const char* where;
  void (*set)(Terms&);
};

TEST(DraftPoll, IsRefusedWithTermsOutsideTheirBounds) {
  using poll::BallotKind;
  const std::vector<BadTerms> table{
      {"/title", [](Terms& t) { t.title.clear(); }},
      {"/description", [](Terms& t) { t.texts = {{"name", commitment()}}; }},
      {"/machine_translated", [](Terms& t) { t.machine_translated = {"fr"}; }},
      {"/currency", [](Terms& t) { t.currency = "Euro"; }},
      {"/currency", [](Terms& t) { t.currency = "eur"; }},
      {"/zone", [](Terms& t) { t.zone = ""; }},
      {"/zone", [](Terms& t) { t.zone = "Europe/Kaiserslautern"; }},
      {"/zone", [](Terms& t) { t.zone = "europe/berlin"; }},
      {"/zone", [](Terms& t) { t.zone = "MESZ"; }},
      {"/min", [](Terms& t) { t.form = {BallotKind::multiple, 0, 1}; }},
      {"/min", [](Terms& t) { t.form = {BallotKind::multiple, 3, 2}; }},
      {"/min", [](Terms& t) { t.form = {BallotKind::approval, 1, 401}; }},
      {"/max", [](Terms& t) { t.form = {BallotKind::single, 1, 2}; }},
      {"/points_total", [](Terms& t) { t.form = {BallotKind::points, 1, 2, 0}; }},
      {"/points_total", [](Terms& t) { t.form = {BallotKind::points, 1, 2, 1'000'001}; }},
      {"/points_total", [](Terms& t) { t.form.points_total = 5; }},
      {"/points_total", [](Terms& t) { t.form.points_total = -5; }},
      {"/points_per_option", [](Terms& t) { t.form = {BallotKind::points, 1, 2, 5, 6}; }},
      {"/points_per_option", [](Terms& t) { t.form = {BallotKind::points, 1, 2, 5, -1}; }},
      {"/points_per_option", [](Terms& t) { t.form.points_per_option = 1; }},
      {"/rule/kind", [](Terms& t) { t.form = {BallotKind::points, 1, 2, 5}; }},
      {"/rule/kind", [](Terms& t) { t.form = {BallotKind::ranked, 1, 2}; }},
      {"/rule/kind", [](Terms& t) { t.rule.kind = RuleKind::points; }},
      {"/rule/winners", [](Terms& t) { t.rule.winners = 0; }},
      {"/rule/winners", [](Terms& t) { t.rule.winners = 901; }},
      {"/rule/winners",
       [](Terms& t) {
         t.rule = spends(RuleKind::greedy_skip, 100);
         t.rule.winners = 2;
       }},
      {"/rule/budget", [](Terms& t) { t.rule.kind = RuleKind::greedy_skip; }},
      {"/rule/budget", [](Terms& t) { t.rule = spends(RuleKind::greedy_stop, 1'000'000'000'000'001); }},
      {"/rule/budget", [](Terms& t) { t.rule.budget = 1; }},
      {"/rule/budget", [](Terms& t) { t.rule.budget = -1; }},
      {"/rule/budget", [](Terms& t) { t.form = {BallotKind::budget, 1, 2}; }},
      {"/rule/threshold", [](Terms& t) { t.rule.threshold = 1; }},
      {"/rule/threshold", [](Terms& t) { t.rule.threshold = -1; }},
      {"/rule/threshold", [](Terms& t) { t.rule = spends(RuleKind::greedy_threshold, 100); }},
      {"/rule/threshold",
       [](Terms& t) { t.rule = spends(RuleKind::greedy_threshold, 100, 1'000'000'000'000'001); }},
      {"/rule/quorum", [](Terms& t) { t.rule.quorum = -1; }},
      {"/rule/quorum", [](Terms& t) { t.rule.quorum = 1'000'000'000'000'001; }},
      {"/rule/rank_points", [](Terms& t) { t.rule.rank_points = {1}; }},
      {"/rule/rank_points",
       [](Terms& t) {
         t.form = {BallotKind::ranked, 1, 2};
         t.rule.kind = RuleKind::points;
         t.rule.rank_points = {3, 2, 1};
       }},
      {"/rule/rank_points",
       [](Terms& t) {
         t.form = {BallotKind::ranked, 1, 2};
         t.rule.kind = RuleKind::points;
         t.rule.rank_points = {1, 2};
       }},
      {"/rule/rank_points",
       [](Terms& t) {
         t.form = {BallotKind::ranked, 1, 1};
         t.rule.kind = RuleKind::points;
         t.rule.rank_points = {-1};
       }},
      {"/electorate",
       [](Terms& t) {
         t.imported = true;
         t.electorate.level = id<LevelId>("low");
       }},
      {"/electorate", [](Terms& t) { t.electorate.districts.assign(101, id<DistrictId>("north")); }},
      {"/grid_s", [](Terms& t) { t.grid_s = 59; }},
      {"/grid_s", [](Terms& t) { t.grid_s = 86401; }},
      {"/opens", [](Terms& t) { t.opens = noon + minutes{1}; }},
      {"/closes", [](Terms& t) { t.closes = noon + minutes{90}; }},
      {"/closes",
       [](Terms& t) {
         t.opens = noon + hours{2};
         t.closes = noon + hours{2};
       }},
      {"/objection_days", [](Terms& t) { t.objection_days = -1; }},
      {"/objection_days", [](Terms& t) { t.objection_days = 3651; }},
      {"/live_step", [](Terms& t) { t.live_step = 0; }},
      {"/live_step", [](Terms& t) { t.live_step = 1'000'001; }},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    SCOPED_TRACE("row " + std::to_string(i) + ": " + table[i].where);
    given(the_poll).when(the_poll, draft(terms(table[i].set))).then_refused(Refusal::invalid, table[i].where);
  }
}

TEST(DraftPoll, NamesDeclaredCells) {
  const auto draft_for = [](Electorate electorate) {
    return given(the_poll).when(the_poll, draft(terms([&](Terms& t) { t.electorate = electorate; })));
  };
  draft_for({id<LevelId>("high"), {id<DistrictId>("north")}, {id<AgeBandId>("old")}}).accepted();
  draft_for({id<LevelId>("top"), {}, {}}).then_refused(Refusal::level_unknown, "/electorate/level");
  draft_for({{}, {id<DistrictId>("west")}, {}})
      .then_refused(Refusal::district_unknown, "/electorate/districts");
  draft_for({{}, {}, {id<AgeBandId>("kids")}})
      .then_refused(Refusal::age_band_unknown, "/electorate/age_bands");
}

TEST(DraftPoll, ClosesInTheFuture) {
  const auto closes_at_noon = terms([](Terms& t) { t.closes = noon; });
  given(the_poll).when(the_poll, draft(closes_at_noon)).then_refused(Refusal::closing_time_passed, "/closes");
  given(the_poll).at_time(noon - microseconds{1}).when(the_poll, draft(closes_at_noon)).accepted();
}

TEST(Options, HaveAnIdOfTheirOwnATitleAndACostWhereMoneyIsSpent) {
  const auto add = [](std::vector<poll::Option> added, const Terms& with = terms()) {
    return drafted(with).when(the_poll, AddOptions{std::move(added)});
  };
  add(options("d", "e")).then(poll::OptionsAdded{options("d", "e")});
  add({}).then_refused(Refusal::invalid, "/options");
  add(options("d", "a")).then_refused(Refusal::option_exists, "/options/1/id");
  add(options("d", "d")).then_refused(Refusal::option_exists, "/options/1/id");
  add({{option("d"), {}, {}, {}, true}}).then_refused(Refusal::invalid, "/options/0/title");
  add({{option("d"), words("D"), {{"name", commitment()}}, {}, true}})
      .then_refused(Refusal::invalid, "/options/0/description");
  add({priced("d", -1)}).then_refused(Refusal::invalid, "/options/0/cost");
  add({priced("d", 1'000'000'000'000'001)}).then_refused(Refusal::invalid, "/options/0/cost");
  const auto greedy = terms([](Terms& t) { t.rule = spends(RuleKind::greedy_skip, 100); });
  add(options("d"), greedy).then_refused(Refusal::invalid, "/options/0/cost");
  add({priced("d", 0)}, greedy).accepted();
}

TEST(Options, AreDescribedByOneTextOrOneForEachLanguage) {
  const auto describe = [](const std::vector<std::string>& fields) {
    auto added = options("d");
    for (const auto& field : fields) added[0].texts.emplace(field, commitment());
    return drafted().when(the_poll, AddOptions{std::move(added)});
  };
  describe({"description"}).accepted();
  describe({"description/de", "description/en"}).accepted();
  for (const std::vector<std::string>& fields : std::vector<std::vector<std::string>>{
           {"description", "description/de"},
           {"description/"},
           {"description/DE"},
           {"description/deu"},
           {"de"},
           {"description/aa", "description/ab", "description/ac", "description/ad", "description/ae",
            "description/af", "description/ag", "description/ah", "description/ai"}})
    describe(fields).then_refused(Refusal::invalid, "/options/0/description");
}

TEST(Options, SayWhichOfTheirLanguagesAMachineWrote) {
  const auto translated = [](Languages languages) {
    auto added = options("d");
    added[0].title = {{"de", "Linde"}, {"fr", "Tilleul"}};
    added[0].texts = {{"description/de", commitment()}, {"description/en", commitment()}};
    added[0].machine_translated = std::move(languages);
    return drafted().when(the_poll, AddOptions{std::move(added)});
  };
  for (const auto& languages : std::vector<Languages>{{}, {"fr"}, {"en"}, {"de", "en", "fr"}})
    translated(languages).accepted();
  for (const auto& languages : std::vector<Languages>{{"es"}, {"fr", "en"}, {"en", "en"}})
    translated(languages).then_refused(Refusal::invalid, "/options/0/machine_translated");
}

TEST(Options, AreBoundedInNumber) {
  std::vector<poll::Option> many;
  for (std::size_t i = 0; i < poll::options_max; ++i) many.push_back(options(std::to_string(i))[0]);
  auto world = given(the_poll).when(the_poll, DraftPoll{terms(), Results::live, many}).accepted();
  world.when(the_poll, AddOptions{options("x")}).then_refused(Refusal::invalid, "/options");
}

// ---- open

// ---- options made from proposals

contribution::Submitted a_proposal() {
  contribution::Submitted proposal;
  proposal.project = the_project;
  proposal.phase = id<PhaseId>("ideas");
  proposal.texts = {{"text", commitment("first")}, {"title", commitment("t")}};
  return proposal;
}

std::vector<poll::Option> made_from(std::string_view proposal) {
  auto made = options("bench");
  made[0].origin = poll::Origin{.proposal = id<ContributionId>(proposal), .version = 0, .text = {}};
  return made;
}

TEST(OptionsFromProposals, NameTheVersionAndTextThatEverybodyReads) {
  auto world = given(the_poll, poll::Drafted{terms()});
  world.given(id<ContributionId>("idea"), a_proposal(),
              contribution::Revised{2, {{"text", commitment("second")}, {"title", commitment("t")}}, false},
              contribution::Revised{3, {{"text", commitment("third")}, {"title", commitment("t")}}, true});
  auto expected = made_from("idea");
  expected[0].origin->version = 2;
  expected[0].origin->text = commitment("second");
  world.when(the_poll, poll::AddOptions{made_from("idea")}).then(poll::OptionsAdded{expected});
  world.given(id<ContributionId>("idea"), contribution::Released{3});
  expected[0].origin->version = 3;
  expected[0].origin->text = commitment("third");
  const auto other = id<PollId>("other");
  world.when(other, poll::DraftPoll{terms(), poll::Results::live, made_from("idea")})
      .then(poll::Drafted{terms()}, poll::OptionsAdded{expected});
}

TEST(OptionsFromProposals, AreOfProposalsOfTheProjectThatAreShown) {
  auto world = given(the_poll, poll::Drafted{terms()});
  const auto refused = [](World changed, Refusal refusal) {
    changed.when(the_poll, poll::AddOptions{made_from("idea")}).then_refused(refusal, "/options/0/proposal");
  };
  const auto idea = id<ContributionId>("idea");
  refused(world, Refusal::contribution_unknown);
  auto comment = a_proposal();
  comment.kind = contribution::Kind::comment;
  auto with_comment = world;
  refused(with_comment.given(idea, comment), Refusal::not_a_proposal);
  auto elsewhere = a_proposal();
  elsewhere.project = id<ProjectId>("pool");
  auto with_other = world;
  refused(with_other.given(idea, elsewhere), Refusal::contribution_unknown);
  auto hidden = world;
  refused(hidden.given(idea, a_proposal(), contribution::Hidden{}), Refusal::contribution_not_shown);
  auto merged = world;
  refused(merged.given(idea, a_proposal(), contribution::Merged{id<ContributionId>("x"), "Same"}),
          Refusal::contribution_over);
}

TEST(OpenPoll, RepeatsTermsAndOptionsInFull) {
  drafted()
      .when(the_poll, OpenPoll{})
      .then(poll::Opened{.terms = terms(), .roll = true}, poll::OptionsFixed{options("a", "b", "c")});
}

TEST(OpenPoll, PromisesARollWhereCitizensVote) {
  drafted(imported_terms())
      .when(the_poll, OpenPoll{})
      .then(poll::Opened{.terms = imported_terms()}, poll::OptionsFixed{options("a", "b", "c")});
}

TEST(OpenPoll, PromisesToSealWhereResultsComeAfterClosing) {
  drafted(sealed_terms())
      .when(the_poll, OpenPoll{})
      .then(poll::Opened{.terms = sealed_terms(), .roll = true, .sealed = true},
            poll::OptionsFixed{options("a", "b", "c")});
}

TEST(OpenPoll, LeavesOutWhatWasWithdrawn) {
  auto world = drafted()
                   .when(the_poll, WithdrawOption{option("b"), "Not ours"})
                   .then(poll::OptionWithdrawn{option("b"), "Not ours"})
                   .when(the_poll, OpenPoll{})
                   .then(poll::Opened{.terms = terms(), .roll = true}, poll::OptionsFixed{options("a", "c")});
  const auto& poll = world.state<poll::State>(the_poll);
  EXPECT_EQ(option_ids(poll.options), (std::vector{option("a"), option("c")}));
  EXPECT_TRUE(poll.withdrawn.empty());
}

TEST(OpenPoll, NeedsAsManyOptionsAsABallotMustName) {
  given(the_poll, poll::Drafted{terms()}).when(the_poll, OpenPoll{}).then_refused(Refusal::options_missing);
  const auto two = terms([](Terms& t) { t.form = {poll::BallotKind::multiple, 2, 2}; });
  given(the_poll, poll::Drafted{two}, poll::OptionsAdded{options("a", "b")},
        poll::OptionWithdrawn{option("b"), "gone"})
      .when(the_poll, OpenPoll{})
      .then_refused(Refusal::options_missing);
}

TEST(OpenPoll, HappensOnceBeforeTheClosingTimeInAnOpenProject) {
  given(the_poll).when(the_poll, OpenPoll{}).then_refused(Refusal::poll_unknown);
  opened().when(the_poll, OpenPoll{}).then_refused(Refusal::poll_not_draft);
  opened().when(the_poll, AddOptions{options("d")}).then_refused(Refusal::poll_not_draft);
  drafted(with_times())
      .at_time(noon + hours{24})
      .when(the_poll, OpenPoll{})
      .then_refused(Refusal::closing_time_passed);
  drafted(with_times()).at_time(noon + hours{24} - microseconds{1}).when(the_poll, OpenPoll{}).accepted();
  drafted()
      .given(the_project, project::Closed{})
      .when(the_poll, OpenPoll{})
      .then_refused(Refusal::project_closed);
}

// ---- while it runs

TEST(WithdrawOption, GivesAReasonForAnOptionThatIsThere) {
  opened().when(the_poll, WithdrawOption{option("z"), "gone"}).then_refused(Refusal::option_unknown);
  opened().when(the_poll, WithdrawOption{option("a"), ""}).then_refused(Refusal::invalid, "/reason");
  opened()
      .given(the_poll, poll::OptionWithdrawn{option("a"), "gone"})
      .when(the_poll, WithdrawOption{option("a"), "gone"})
      .then_refused(Refusal::option_withdrawn);
  given(the_poll).when(the_poll, WithdrawOption{option("a"), "gone"}).then_refused(Refusal::poll_unknown);
}

ExtendPoll extend(Time closes) {
  return {closes, poll::Outage{noon, noon + hours{1}}, "Server was down"};
}

TEST(ExtendPoll, MovesTheEndToLaterForAnOutage) {
  const Time later = noon + hours{26};
  auto world = opened(with_times())
                   .when(the_poll, extend(later))
                   .then(poll::Extended{later, poll::Outage{noon, noon + hours{1}}, "Server was down"});
  EXPECT_EQ(world.state<poll::State>(the_poll).terms->closes, later);
  world.when(the_poll, extend(later)).then_refused(Refusal::extension_not_later, "/closes");
}

TEST(ExtendPoll, IsHeldToItsRules) {
  const Time later = noon + hours{26};
  const auto refused = [&](ExtendPoll command, Refusal refusal, std::string_view where) {
    opened(with_times())
        .at_time(noon + hours{2})
        .when(the_poll, std::move(command))
        .then_refused(refusal, where);
  };
  refused(extend(noon + hours{23}), Refusal::extension_not_later, "/closes");
  refused(extend(later + minutes{1}), Refusal::invalid, "/closes");
  refused({later, std::nullopt, "Please"}, Refusal::extension_needs_outage, "/outage");
  refused({later, poll::Outage{noon, noon}, "Down"}, Refusal::invalid, "/outage");
  refused({later, poll::Outage{noon + hours{3}, noon + hours{4}}, "Will be down"}, Refusal::invalid,
          "/outage");
  refused({later, poll::Outage{noon, noon + hours{1}}, ""}, Refusal::invalid, "/reason");
}

TEST(ExtendPoll, ComesBeforeTheClosingTimeOfAnOpenPoll) {
  const Time later = noon + hours{26};
  const Time closes = noon + hours{24};
  opened(with_times()).at_time(closes - microseconds{1}).when(the_poll, extend(later)).accepted();
  opened(with_times())
      .at_time(closes)
      .when(the_poll, extend(later))
      .then_refused(Refusal::closing_time_passed);
  opened().when(the_poll, extend(later)).then_refused(Refusal::extension_not_later, "/closes");
  drafted(with_times()).when(the_poll, extend(later)).then_refused(Refusal::poll_not_open);
  closed(with_times()).when(the_poll, extend(later)).then_refused(Refusal::poll_not_open);
}

TEST(ClosePoll, NeverShortensAnAnnouncedTime) {
  const Time closes = noon + hours{24};
  opened(with_times())
      .at_time(closes - microseconds{1})
      .when(the_poll, ClosePoll{})
      .then_refused(Refusal::poll_closes_later);
  opened(with_times()).at_time(closes).when(the_poll, ClosePoll{}).then(poll::Closed{});
  opened().when(the_poll, ClosePoll{}).then(poll::Closed{});
}

TEST(ClosePoll, NeedsAnOpenPoll) {
  given(the_poll).when(the_poll, ClosePoll{}).then_refused(Refusal::poll_unknown);
  drafted().when(the_poll, ClosePoll{}).then_refused(Refusal::poll_not_open);
  closed().when(the_poll, ClosePoll{}).then_refused(Refusal::poll_not_open);
}

TEST(Poll, KnowsWhereItsBallotsLie) {
  auto world = drafted();
  world.given(the_poll, poll::Opened{terms()}, poll::OptionsFixed{options("a", "b", "c")});
  const auto opened_at = number(world.head()) - 1;
  world.given(the_ballot, vote_cast("a")).given(the_poll, poll::Closed{});
  EXPECT_EQ(number(world.state<poll::State>(the_poll).opened.value()), opened_at);
  EXPECT_EQ(world.state<poll::State>(the_poll).closed, world.head());
}

// ---- count and certify

TEST(CountPoll, RecordsTheResultInFull) {
  auto world = closed(terms([](Terms& t) { t.rule.quorum = 7; }));
  auto command = count_poll(world.revision(the_poll), tied());
  command.figures.cast = 3;
  world.when(the_poll, command)
      .then(poll::ResultComputed{command.revision,
                                 RuleKind::most_votes,
                                 poll::rule_version,
                                 "test",
                                 Position{1},
                                 Position{2},
                                 command.figures,
                                 7,
                                 true,
                                 tied().ties,
                                 {},
                                 {}},
            poll::OptionsCounted{tied().options});
}

TEST(CountPoll, NeedsAClosedPoll) {
  given(the_poll).when(the_poll, count_poll({}, clear())).then_refused(Refusal::poll_unknown);
  auto world = opened();
  world.when(the_poll, count_poll(world.revision(the_poll), clear())).then_refused(Refusal::poll_not_closed);
}

// A poll of citizens whose roll has these entries in one part.
World with_roll_part(const Terms& with, const std::vector<std::string>& voters) {
  const bool is_sealed = with.results == Results::after_close;
  auto world = drafted(with).given(the_poll, poll::Opened{.terms = with, .roll = true, .sealed = is_sealed},
                                   poll::OptionsFixed{options("a", "b", "c")}, poll::Closed{});
  roll::PartAdded part;
  for (const auto& voter : voters) part.entries.push_back({id<VoterId>(voter), {}, before_first});
  world.given(RollPartId{the_poll, 0}, part);
  return world.by(Engine{});
}

CompleteRoll complete(const std::function<void(RollCompleted&)>& set = [](RollCompleted&) {}) {
  RollCompleted roll;
  roll.entries = 2;
  roll.at_opening = 1;
  roll.ballots = 1;
  roll.parts = 1;
  set(roll);
  return {roll};
}

TEST(CountPoll, ComesBehindTheRollThatThePollPromised) {
  auto world = with_roll_part(terms(), {"v1", "v2"});
  world.when(the_poll, count_poll(world.revision(the_poll), clear())).then_refused(Refusal::poll_not_settled);
  world = world.when(the_poll, complete()).then(complete().roll);
  const auto command = count_poll(world.revision(the_poll), clear());
  world.by(ada)
      .when(the_poll, command)
      .then(poll::ResultComputed{.revision = command.revision,
                                 .engine = "test",
                                 .first = Position{1},
                                 .last = Position{2},
                                 .figures = {},
                                 .ties = {},
                                 .eligible = 2,
                                 .eligible_at_opening = 1},
            poll::OptionsCounted{clear().options});
}

TEST(CountPoll, ComesBehindTheOpeningsOfASealedPoll) {
  auto world = with_roll_part(sealed_terms(), {"v1", "v2"}).when(the_poll, complete()).accepted();
  world.when(the_poll, count_poll(world.revision(the_poll), clear())).then_refused(Refusal::poll_not_settled);
  world.given(OpeningPartId{the_poll, 0}, opening::PartAdded{0, {opening::Opening{Position{7}, {}, {}}}});
  world = world.when(the_poll, CompleteOpenings{{.openings = 1, .parts = 1}})
              .then(OpeningsCompleted{.openings = 1, .parts = 1});
  world.by(ada).when(the_poll, count_poll(world.revision(the_poll), clear())).accepted();
}

// ---- what the engine writes between closing and count

TEST(CompleteRoll, NeedsAClosedPollThatPromisedOne) {
  given(the_poll).when(the_poll, CompleteRoll{}).then_refused(Refusal::poll_unknown);
  opened().when(the_poll, CompleteRoll{}).then_refused(Refusal::poll_not_closed);
  closed(imported_terms()).when(the_poll, CompleteRoll{}).then_refused(Refusal::poll_settled);
  closed()
      .given(the_poll, poll::CancellationProposed{"x"}, poll::Cancelled{Position{1}})
      .when(the_poll, CompleteRoll{})
      .then_refused(Refusal::poll_final);
}

TEST(CompleteRoll, HappensOnce) {
  with_roll_part(terms(), {"v1", "v2"})
      .when(the_poll, complete())
      .accepted()
      .when(the_poll, complete())
      .then_refused(Refusal::poll_settled);
}

TEST(CompleteRoll, CountsExactlyThePartsThatAreThere) {
  auto world = with_roll_part(terms(), {"v1", "v2"});
  const auto refused = [&](std::int64_t entries, std::uint32_t parts, std::string_view where) {
    world
        .when(the_poll, complete([&](RollCompleted& roll) {
                roll.entries = entries;
                roll.parts = parts;
              }))
        .then_refused(Refusal::invalid, where);
  };
  refused(1, 1, "/entries");
  refused(3, 1, "/entries");
  refused(0, 0, "/parts");
  refused(2, 2, "/parts");
  world.given(RollPartId{the_poll, 1}, roll::PartAdded{2, {{id<VoterId>("v3"), {}, before_first}}});
  refused(2, 1, "/parts");
  refused(0, 5, "/parts");
}

TEST(CompleteRoll, HasTotalsThatAddUp) {
  const auto cell = [](std::int64_t eligible, std::int64_t voted) {
    return poll::CellTurnout{id<LevelId>("low"), {}, {}, eligible, voted};
  };
  const auto with = [&](const std::function<void(RollCompleted&)>& set) {
    return with_roll_part(terms(), {"v1", "v2"}).when(the_poll, complete(set));
  };
  with([](RollCompleted& r) { r.at_opening = 3; }).then_refused(Refusal::invalid, "/at_opening");
  with([](RollCompleted& r) { r.at_opening = -1; }).then_refused(Refusal::invalid, "/at_opening");
  with([](RollCompleted& r) { r.ballots = 3; }).then_refused(Refusal::invalid, "/ballots");
  with([](RollCompleted& r) { r.ballots = -1; }).then_refused(Refusal::invalid, "/ballots");
  with([](RollCompleted& r) {
    r.prefix = poll::roll_prefix_max + 1;
  }).then_refused(Refusal::invalid, "/prefix");
  with([&](RollCompleted& r) { r.cells = {cell(1, 1)}; }).then_refused(Refusal::invalid, "/cells");
  with([&](RollCompleted& r) { r.cells = {cell(2, 2)}; }).then_refused(Refusal::invalid, "/cells");
  with([&](RollCompleted& r) {
    r.cells.assign(poll::roll_cells_max + 1, cell(0, 0));
    r.cells.front() = cell(2, 1);
  }).then_refused(Refusal::invalid, "/cells");
  with([&](RollCompleted& r) { r.cells = {cell(1, 1), cell(1, 0)}; }).accepted();
}

TEST(CompleteOpenings, NeedsAClosedSealedPollWithItsRoll) {
  given(the_poll).when(the_poll, CompleteOpenings{}).then_refused(Refusal::poll_unknown);
  opened().when(the_poll, CompleteOpenings{}).then_refused(Refusal::poll_not_closed);
  with_roll_part(terms(), {"v1", "v2"})
      .when(the_poll, CompleteOpenings{})
      .then_refused(Refusal::poll_settled);
  with_roll_part(sealed_terms(), {"v1", "v2"})
      .when(the_poll, CompleteOpenings{})
      .then_refused(Refusal::poll_not_settled);
}

TEST(CompleteOpenings, OpensEveryBallotThatTheRollKnows) {
  auto world = with_roll_part(sealed_terms(), {"v1", "v2"}).when(the_poll, complete()).accepted();
  const auto of = [](std::int64_t openings, std::uint32_t parts) {
    return CompleteOpenings{{.openings = openings, .parts = parts}};
  };
  world.when(the_poll, of(0, 0)).then_refused(Refusal::invalid, "/openings");
  world.when(the_poll, of(1, 1)).then_refused(Refusal::invalid, "/parts");
  world.given(OpeningPartId{the_poll, 0}, opening::PartAdded{0, {opening::Opening{Position{7}, {}, {}}}});
  world.when(the_poll, of(0, 0)).then_refused(Refusal::invalid, "/parts");
  world.when(the_poll, of(2, 1)).then_refused(Refusal::invalid, "/openings");
  world.when(the_poll, of(1, 1)).accepted().when(the_poll, of(1, 1)).then_refused(Refusal::poll_settled);
}

TEST(CancelPoll, IsTooLateWhenABallotIsOpened) {
  auto world = with_roll_part(sealed_terms(), {"v1", "v2"}).when(the_poll, complete()).accepted();
  world = world.by(ada).when(the_poll, ProposeCancellation{"Wrong"}).accepted();
  const CancelPoll confirm{world.head()};
  World{world}.by(ben).when(the_poll, confirm).accepted();
  world.given(OpeningPartId{the_poll, 0}, opening::PartAdded{0, {opening::Opening{Position{7}, {}, {}}}});
  world.by(ben).when(the_poll, confirm).then_refused(Refusal::ballots_opened);
  world.by(ada).when(the_poll, ProposeCancellation{"Wrong"}).then_refused(Refusal::ballots_opened);
}

// No ballot stands, so no part is there, and yet it is known that nobody voted.
TEST(CancelPoll, IsTooLateWhenThereWasNothingToOpen) {
  auto world = with_roll_part(sealed_terms(), {"v1", "v2"})
                   .when(the_poll, complete([](RollCompleted& roll) { roll.ballots = 0; }))
                   .accepted()
                   .when(the_poll, CompleteOpenings{})
                   .accepted();
  world.by(ada).when(the_poll, ProposeCancellation{"Wrong"}).then_refused(Refusal::ballots_opened);
}

TEST(CountPoll, IsOutdatedWhenThePollHasMovedSince) {
  auto world = closed();
  const auto before = world.revision(the_poll);
  world.given(the_poll, poll::OptionWithdrawn{option("a"), "gone"});
  world.when(the_poll, count_poll(before, clear())).then_refused(Refusal::count_outdated);
  world.when(the_poll, count_poll(world.revision(the_poll), clear())).accepted();
}

TEST(CertifyResult, IsDoneByAnotherOfficialThanWhoCounted) {
  counted().by(ada).when(the_poll, CertifyResult{}).then_refused(Refusal::same_official);
  auto world = counted();
  const auto result = world.state<poll::State>(the_poll).result->position;
  world = world.by(ben).when(the_poll, CertifyResult{}).then(poll::ResultCertified{result});
  EXPECT_EQ(status(world), Status::certified);
}

TEST(CertifyResult, NeedsACountOfThePollAsItIs) {
  closed().by(ben).when(the_poll, CertifyResult{}).then_refused(Refusal::poll_not_counted);
  counted()
      .given(the_poll, poll::OptionWithdrawn{option("c"), "gone"})
      .by(ben)
      .when(the_poll, CertifyResult{})
      .then_refused(Refusal::count_outdated);
}

TEST(CertifyResult, WaitsForNoProposalThatHasNoEffect) {
  counted()
      .by(ben)
      .when(the_poll, ProposeAnnulment{"Doubt"})
      .accepted()
      .when(the_poll, CertifyResult{})
      .accepted();
}

TEST(CertifyResult, IsBlockedByATieThatDecides) {
  counted(tied()).by(ben).when(the_poll, CertifyResult{}).then_refused(Refusal::tie_unresolved);
  auto not_decisive = clear();
  not_decisive.ties = {{2, 2, false, poll::TieBreak::declared_order}};
  counted(not_decisive).by(ben).when(the_poll, CertifyResult{}).accepted();
}

TEST(CountPoll, MayBeRepeatedUntilCertified) {
  auto world = count(counted(tied()), clear());
  EXPECT_FALSE(world.state<poll::State>(the_poll).result->unresolved());
  EXPECT_EQ(world.state<poll::State>(the_poll).result->options.size(), 3U);
  world = world.by(ben).when(the_poll, CertifyResult{}).accepted();
  world.when(the_poll, count_poll(world.revision(the_poll), clear())).then_refused(Refusal::poll_final);
}

// ---- what needs two officials

TEST(CancelPoll, NeedsTwoOfficials) {
  auto world = opened()
                   .by(ada)
                   .when(the_poll, ProposeCancellation{"Wrong terms"})
                   .then(poll::CancellationProposed{"Wrong terms"});
  EXPECT_EQ(status(world), Status::open);
  const CancelPoll confirm{world.head()};
  world.by(ada).when(the_poll, confirm).then_refused(Refusal::same_official);
  world = world.by(ben).when(the_poll, confirm).then(poll::Cancelled{confirm.proposal});
  EXPECT_EQ(status(world), Status::cancelled);
}

TEST(CancelPoll, NamesThePresentProposal) {
  opened()
      .by(ben)
      .when(the_poll, CancelPoll{Position{1}})
      .then_refused(Refusal::proposal_outdated, "/proposal");
  auto world = opened().when(the_poll, ProposeCancellation{"One"}).accepted();
  const auto first = world.head();
  world = world.when(the_poll, ProposeCancellation{"Two"}).accepted();
  world.by(ben).when(the_poll, CancelPoll{first}).then_refused(Refusal::proposal_outdated, "/proposal");
  world.by(ben).when(the_poll, CancelPoll{world.head()}).accepted();
}

TEST(CancelPoll, IsPossibleUntilTheCount) {
  for (World world : {drafted(), opened(), closed()}) {
    world.when(the_poll, ProposeCancellation{"Wrong"}).accepted();
  }
  given(the_poll).when(the_poll, ProposeCancellation{"Wrong"}).then_refused(Refusal::poll_unknown);
  counted().when(the_poll, ProposeCancellation{"Wrong"}).then_refused(Refusal::poll_counted);
  opened().when(the_poll, ProposeCancellation{""}).then_refused(Refusal::invalid, "/reason");

  auto proposed = closed().when(the_poll, ProposeCancellation{"Wrong"}).accepted();
  const CancelPoll confirm{proposed.head()};
  count(proposed, clear()).by(ben).when(the_poll, confirm).then_refused(Refusal::poll_counted);
}

TEST(AnnulResult, NeedsTwoOfficialsAndACount) {
  closed().when(the_poll, ProposeAnnulment{"Fraud"}).then_refused(Refusal::poll_not_counted);
  given(the_poll).when(the_poll, ProposeAnnulment{"Fraud"}).then_refused(Refusal::poll_unknown);
  counted().when(the_poll, ProposeAnnulment{""}).then_refused(Refusal::invalid, "/reason");
  auto world =
      counted().by(ada).when(the_poll, ProposeAnnulment{"Fraud"}).then(poll::AnnulmentProposed{"Fraud"});
  const AnnulResult confirm{world.head()};
  world.by(ada).when(the_poll, confirm).then_refused(Refusal::same_official);
  world.by(ben)
      .when(the_poll, AnnulResult{Position{1}})
      .then_refused(Refusal::proposal_outdated, "/proposal");
  world.by(ben).when(the_poll, CancelPoll{world.head()}).then_refused(Refusal::poll_counted);
  world = world.by(ben).when(the_poll, confirm).then(poll::Annulled{confirm.proposal});
  EXPECT_EQ(status(world), Status::annulled);
}

TEST(AnnulResult, IsPossibleAfterCertification) {
  auto world = counted().by(ben).when(the_poll, CertifyResult{}).accepted();
  world = world.by(ada).when(the_poll, ProposeAnnulment{"Fraud"}).accepted();
  world = world.by(ben).when(the_poll, AnnulResult{world.head()}).accepted();
  EXPECT_EQ(status(world), Status::annulled);
}

ProposeLot lot(std::initializer_list<const char*> order) {
  ProposeLot command{{}, "Drawn in the town hall"};
  for (const char* name : order) command.order.push_back(option(name));
  return command;
}

TEST(DrawLot, BreaksATieByTheWordOfTwoOfficialsAndANewCount) {
  auto world = counted(tied(), with_lot())
                   .by(ada)
                   .when(the_poll, lot({"c", "b"}))
                   .then(poll::LotProposed{{option("c"), option("b")}, "Drawn in the town hall"});
  const DrawLot confirm{world.head()};
  world.by(ada).when(the_poll, confirm).then_refused(Refusal::same_official);
  world = world.by(ben).when(the_poll, confirm).then(poll::LotDrawn{confirm.proposal});
  EXPECT_EQ(world.state<poll::State>(the_poll).lot, (std::vector{option("c"), option("b")}));
  world.when(the_poll, CertifyResult{}).then_refused(Refusal::count_outdated);
  world.when(the_poll, confirm).then_refused(Refusal::proposal_outdated, "/proposal");
  world.when(the_poll, lot({"c", "b"})).then_refused(Refusal::count_outdated);
  count(world, clear()).by(ben).when(the_poll, CertifyResult{}).accepted();
}

TEST(DrawLot, HoldsExactlyTheTiedOptions) {
  for (const auto& order : {lot({"b"}), lot({"b", "b"}), lot({"a", "b"}), lot({"a", "b", "c"}), lot({})}) {
    counted(tied(), with_lot()).when(the_poll, order).then_refused(Refusal::lot_not_needed, "/order");
  }
  counted(clear(), with_lot())
      .when(the_poll, lot({"b", "c"}))
      .then_refused(Refusal::lot_not_needed, "/order");
  counted(tied()).when(the_poll, lot({"b", "c"})).then_refused(Refusal::lot_not_needed);
  closed(with_lot()).when(the_poll, lot({"b", "c"})).then_refused(Refusal::poll_not_counted);
  closed(with_lot()).when(the_poll, DrawLot{Position{1}}).then_refused(Refusal::poll_not_counted);
  given(the_poll).when(the_poll, DrawLot{Position{1}}).then_refused(Refusal::poll_unknown);
  auto unexplained = lot({"b", "c"});
  unexplained.reason.clear();
  counted(tied(), with_lot()).when(the_poll, unexplained).then_refused(Refusal::invalid, "/reason");
}

TEST(DrawLot, MayBeProposedAnew) {
  auto world = counted(tied(), with_lot()).when(the_poll, lot({"c", "b"})).accepted();
  world = world.when(the_poll, lot({"b", "c"})).accepted();
  world = world.by(ben).when(the_poll, DrawLot{world.head()}).accepted();
  EXPECT_EQ(world.state<poll::State>(the_poll).lot.front(), option("b"));
}

TEST(DrawLot, IsTooLateWhenTheTieIsGone) {
  auto proposed = counted(tied(), with_lot()).when(the_poll, lot({"c", "b"})).accepted();
  const DrawLot confirm{proposed.head()};
  auto moved = World{proposed}.given(the_poll, poll::OptionWithdrawn{option("c"), "gone"});
  moved.by(ben).when(the_poll, confirm).then_refused(Refusal::count_outdated);
  auto recounted = count(moved, clear());
  recounted.by(ben).when(the_poll, confirm).then_refused(Refusal::lot_not_needed, "/order");
  auto certified = recounted.by(ben).when(the_poll, CertifyResult{}).accepted();
  certified.by(ben).when(the_poll, confirm).then_refused(Refusal::poll_final);
}

TEST(DrawLot, KeepsTheLotsOfEarlierTies) {
  auto two_ties = clear();
  two_ties.options = {counted_option("a", 1, poll::Outcome::tie_unresolved),
                      counted_option("b", 1, poll::Outcome::tie_unresolved),
                      counted_option("c", 3, poll::Outcome::tie_unresolved),
                      counted_option("d", 3, poll::Outcome::tie_unresolved)};
  const auto draw = [&](World world, std::uint32_t rank, const ProposeLot& order) {
    two_ties.ties = {{rank, 2, true, poll::TieBreak::unresolved}};
    world = count(std::move(world), two_ties).when(the_poll, order).accepted();
    return world.by(ben).when(the_poll, DrawLot{world.head()}).accepted();
  };
  auto world = draw(closed(with_lot()), 1, lot({"b", "a"}));
  world = draw(world, 3, lot({"c", "d"}));
  EXPECT_EQ(world.state<poll::State>(the_poll).lot,
            (std::vector{option("b"), option("a"), option("c"), option("d")}));
  world = draw(world, 1, lot({"a", "b"}));
  EXPECT_EQ(world.state<poll::State>(the_poll).lot,
            (std::vector{option("c"), option("d"), option("a"), option("b")}));
}

TEST(FinalPolls, TakeNothingMore) {
  auto certified = counted().by(ben).when(the_poll, CertifyResult{}).accepted();
  auto cancelled = opened().given(the_poll, poll::CancellationProposed{"x"}, poll::Cancelled{Position{1}});
  auto annulled = counted().given(the_poll, poll::AnnulmentProposed{"x"}, poll::Annulled{Position{1}});
  for (World world : {certified, cancelled, annulled}) {
    const auto now = world.revision(the_poll);
    world.when(the_poll, AddOptions{options("d")}).then_refused(Refusal::poll_final);
    world.when(the_poll, OpenPoll{}).then_refused(Refusal::poll_final);
    world.when(the_poll, WithdrawOption{option("a"), "gone"}).then_refused(Refusal::poll_final);
    world.when(the_poll, extend(noon + hours{26})).then_refused(Refusal::poll_final);
    world.when(the_poll, ClosePoll{}).then_refused(Refusal::poll_final);
    world.when(the_poll, count_poll(now, clear())).then_refused(Refusal::poll_final);
    world.when(the_poll, CertifyResult{}).then_refused(Refusal::poll_final);
    world.when(the_poll, ProposeCancellation{"x"}).then_refused(Refusal::poll_final);
    world.when(the_poll, lot({"a", "b"})).then_refused(Refusal::poll_final);
  }
  for (World world : {cancelled, annulled}) {
    world.when(the_poll, ProposeAnnulment{"x"}).then_refused(Refusal::poll_final);
    world.when(the_poll, AnnulResult{Position{1}}).then_refused(Refusal::poll_final);
  }
}

TEST(Poll, GoesFromDraftToCertified) {
  auto world = given(the_poll).when(the_poll, draft(terms())).accepted();
  EXPECT_EQ(status(world), Status::draft);
  world = world.when(the_poll, AddOptions{options("c")}).accepted().when(the_poll, OpenPoll{}).accepted();
  EXPECT_EQ(status(world), Status::open);
  world = world.when(the_poll, ClosePoll{}).accepted();
  EXPECT_EQ(status(world), Status::closed);
  world = world.by(Engine{}).when(the_poll, CompleteRoll{}).accepted();
  world = count(world, clear());
  EXPECT_EQ(status(world), Status::counted);
  world = world.by(ben).when(the_poll, CertifyResult{}).accepted();
  EXPECT_EQ(status(world), Status::certified);
}

// An audit folds logs that no rule would have written.
TEST(Poll, FoldsEventsThatNoRuleWouldWrite) {
  given(the_poll, poll::Extended{noon, std::nullopt, "x"}, poll::OptionsCounted{},
        poll::LotDrawn{Position{1}}, poll::OptionWithdrawn{option("a"), "x"},
        poll::ResultCertified{Position{1}});
}

}  // namespace
}  // namespace stimmbuch::test
