// Logs that the engine would not have written, and what the audit says of them.
#include "audit/rule_replay.hpp"

#include <array>
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/log_builder.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::program {
namespace {

using test::answers_to;
using test::cast;
using test::changed;
using test::choices;
using test::choosing;
using test::chosen;
using test::id;
using test::may_third;
using test::options;
using test::rating;
using test::saying;
using test::survey_terms;
using test::withdrawn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Check = RuleReplay::Check;
using namespace std::chrono_literals;

const LedgerId town = id<LedgerId>("town");
const PollId bench = id<PollId>("bench");
const SurveyId traffic = id<SurveyId>("traffic");
const PhaseId ideas = id<PhaseId>("ideas");
const Actor anna = id<OfficialId>("anna");
const Actor bert = id<OfficialId>("bert");

class RuleReplayTest : public testing::Test {
 protected:
  void SetUp() override {
    take(stimmbuch::Engine{}, town,
         ledger::Event{ledger::Created{town, ledger::Purpose::town, "town.example", {}, 1}});
    take(anna, id<ProjectId>("park"), project::Event{project::Opened{test::title("Park"), {}}});
  }

  // A command's records, one second behind those before.
  template <class... Events>
  void take(const Actor& actor, const StreamId& stream, const Events&... events) {
    std::size_t left = sizeof...(events);
    const auto take_one = [&](const Event& event) {
      const bool more = --left > 0;
      record([=, recorded = recorded(actor, time_)](RuleReplay& rules) {
        rules.take(stream, event, recorded, more);
      });
    };
    (take_one(Event{events}), ...);
    time_ += 1s;
  }
  void vote(const std::string& voter, const ballot::Event& event, std::optional<Actor> actor = {}) {
    const BallotId ballot{bench, id<VoterId>(voter)};
    auto& state = ballots_[voter];
    const auto grid = recorded(actor.value_or(Actor{ballot.voter}), on_grid(time_, 1h) + off_grid_);
    record([=, before = state](RuleReplay& rules) { rules.take_ballot(ballot, before, event, grid); });
    state = ballot::evolve(std::move(state), event, grid);
    time_ += 1s;
  }
  Recorded recorded(const Actor& actor, Time time) {
    return {Position{++position_}, Revision{0}, time, actor};
  }

  // A phase in which people propose and support, and its citizens.
  void open_phase() {
    project::Phase phase{ideas, test::title("Ideas"), on_grid(may_third, 1h), on_grid(may_third, 1h) + 24h};
    phase.features = {project::Feature::propose, project::Feature::comment, project::Feature::support};
    phase.supports = project::SupportTerms{.most = 2, .least = 1, .threshold = 0};
    take(anna, id<ProjectId>("park"), project::Event{project::PhaseDefined{phase}});
    for (const auto* const name : {"cora", "carl", "dora"})
      take(id<CitizenId>(name), id<CitizenId>(name), citizen::Event{citizen::Registered{}});
  }
  void propose(const std::string& author, const std::string& name) {
    contribution::Submitted submitted;
    submitted.project = id<ProjectId>("park");
    submitted.phase = ideas;
    submitted.texts = {{"text", {}}, {"title", {}}};
    take(id<CitizenId>(author), id<ContributionId>(name), contribution::Event{submitted});
  }
  void comment(const std::string& author, const std::string& name, const std::string& parent) {
    contribution::Submitted submitted;
    submitted.kind = contribution::Kind::comment;
    submitted.project = id<ProjectId>("park");
    submitted.phase = ideas;
    submitted.parent = id<ContributionId>(parent);
    submitted.depth = 1;
    submitted.texts = {{"text", {}}};
    take(id<CitizenId>(author), id<ContributionId>(name), contribution::Event{submitted});
  }
  void support(const std::string& participant, const support::Event& event, std::optional<Actor> actor = {}) {
    const SupportsId stream{id<ProjectId>("park"), ideas, id<VoterId>(participant)};
    const auto grid = recorded(actor.value_or(Actor{stream.voter}), on_grid(time_, 1h) + off_grid_);
    record([=](RuleReplay& rules) { rules.take(stream, Event{event}, grid, false); });
    time_ += 1s;
  }

  // A survey of the phase, open.
  void open_survey() {
    project::Phase phase{ideas, test::title("Ideas"), on_grid(may_third, 1h), on_grid(may_third, 1h) + 24h};
    phase.features = {project::Feature::answer};
    take(anna, id<ProjectId>("park"), project::Event{project::PhaseDefined{phase}});
    auto lane = rating("lane", 1, 5);
    lane.shown_if = {{id<QuestionId>("way"), {id<OptionId>("bike")}}};
    const std::vector questions{choosing("way", {"foot", "bike"}), lane, saying("why")};
    take(anna, traffic, survey::Event{survey::Drafted{survey_terms()}},
         survey::Event{survey::QuestionsAdded{questions}});
    take(anna, traffic, survey::Event{survey::Opened{}});
  }
  void answer(const std::string& participant, const answers::Event& event, std::optional<Actor> actor = {}) {
    const AnswersId stream{traffic, id<VoterId>(participant)};
    const auto grid = recorded(actor.value_or(Actor{stream.voter}), on_grid(time_, 1h));
    record([=](RuleReplay& rules) { rules.take(stream, Event{event}, grid, false); });
    time_ += 1s;
  }

  void draft() {
    take(anna, bench, poll::Event{poll::Drafted{terms_}}, poll::Event{poll::OptionsAdded{options_}});
  }
  void open() {
    take(anna, bench, poll::Event{poll::Opened{terms_, !terms_.imported, false}},
         poll::Event{poll::OptionsFixed{options_}});
  }
  void close() { take(anna, bench, poll::Event{poll::Closed{}}); }

  // What was found in one pass; several must find the same.
  std::vector<std::string> found() const {
    std::vector<std::string> found;
    RuleReplay rules(differ_into(found));
    constexpr std::uint32_t passes = 3;
    for (std::uint32_t pass = 0; pass < passes; ++pass) {
      rules.begin_pass({pass, passes});
      for (const auto& step : steps_) step(rules);
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(found_));
    EXPECT_EQ(rules.commands(), rules_.commands());
    EXPECT_EQ(rules.erasures(), rules_.erasures());
    EXPECT_EQ(rules.roll_entries(), rules_.roll_entries());
    return found_;
  }
  void finish() {
    record([](RuleReplay& rules) { rules.finish(); });
  }

  poll::Terms terms_ = test::terms();
  std::vector<poll::Option> options_ = options(3);
  Time time_ = may_third;
  std::chrono::microseconds off_grid_{0};
  std::uint64_t position_ = 0;
  std::map<std::string, ballot::State> ballots_;
  std::vector<std::string> found_;
  RuleReplay rules_{differ_into(found_)};

 private:
  void record(const std::function<void(RuleReplay&)>& step) {
    step(rules_);
    steps_.push_back(step);
  }
  static RuleReplay::Differ differ_into(std::vector<std::string>& found) {
    return [&found](Check check, Position position, const std::string& detail) {
      constexpr std::array names{"rules", "time", "actor", "roll", "erasure", "secret"};
      found.push_back(std::string(names[static_cast<std::size_t>(check)]) + " " +
                      std::to_string(number(position)) + ": " + detail);
    };
  }

  std::vector<std::function<void(RuleReplay&)>> steps_;
};

TEST_F(RuleReplayTest, AgreesWithALogThatTheRulesWrote) {
  draft();
  open();
  vote("a", cast(choices({"a"})));
  vote("a", changed(choices({"b"}), choices({"a"})));
  vote("b", cast(choices({"c"})));
  vote("b", withdrawn(choices({"c"})));
  close();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(rules_.commands(), 2 + 3 + 4);
}

TEST_F(RuleReplayTest, FindsBallotsOutsideOfVoting) {
  draft();
  vote("a", cast(choices({"a"})));
  open();
  close();
  vote("b", cast(choices({"a"})));
  EXPECT_THAT(found(), ElementsAre(HasSubstr("poll_not_open"), HasSubstr("poll_closed")));
}

TEST_F(RuleReplayTest, FindsBallotsThatTheFormForbids) {
  draft();
  open();
  vote("a", cast(choices({"a", "b"})));
  vote("b", cast(choices({"z"})));
  vote("c", cast(choices({})));
  EXPECT_THAT(found(), ElementsAre(HasSubstr("choices_too_many"), HasSubstr("choice_unknown"),
                                   HasSubstr("blank_not_allowed")));
}

TEST_F(RuleReplayTest, FindsAChangeThatNamesAnotherVote) {
  draft();
  open();
  vote("a", cast(choices({"a"})));
  vote("a", changed(choices({"b"}), choices({"c"})));
  vote("a", cast(choices({"a"})));
  EXPECT_THAT(found(), ElementsAre(HasSubstr("rules 8: the rules write something else for this ballot"),
                                   HasSubstr("rules 9: the rules write something else for this ballot")));
}

TEST_F(RuleReplayTest, FindsVotesThatOthersCast) {
  draft();
  open();
  vote("a", cast(choices({"a"})), anna);
  vote("b", cast(choices({"a"})), Actor{id<VoterId>("c")});
  EXPECT_THAT(found(),
              ElementsAre("actor 7: official/anna may not do this", "actor 8: voter/c may not do this"));
}

TEST_F(RuleReplayTest, FindsCitizensWhomOfficialsMade) {
  const auto cora = id<CitizenId>("cora");
  take(anna, cora, citizen::Event{citizen::Registered{}});
  take(cora, cora, citizen::Event{citizen::Blocked{}});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("official/anna may not do this"),
                                   HasSubstr("citizen/cora may not do this")));
}

TEST_F(RuleReplayTest, FindsOptionsThatChangedAtOpening) {
  draft();
  options_[1].title = test::title("Another");
  open();
  EXPECT_THAT(found(), ElementsAre(HasSubstr("rules 5: the rules write something else")));
}

TEST_F(RuleReplayTest, FindsACountThatWasCertifiedByWhoCounted) {
  draft();
  open();
  vote("a", cast(choices({"a"})));
  close();
  take(stimmbuch::Engine{}, bench, poll::Event{poll::RollCompleted{}});
  poll::State state;
  state.terms = terms_;
  state.options = options_;
  const poll::Figures figures{.cast = 1, .online = 1};
  const auto counted = poll::count(state, {figures, {{1, 1}, {0, 0}, {0, 0}}});
  const poll::ResultComputed result{.revision = Revision{0},
                                    .rule = terms_.rule.kind,
                                    .engine = "test",
                                    .first = Position{5},
                                    .last = Position{8},
                                    .figures = figures,
                                    .quorum_reached = counted.quorum_reached,
                                    .ties = counted.ties,
                                    .eligible = 0,
                                    .eligible_at_opening = 0};
  take(anna, bench, poll::Event{result}, poll::Event{poll::OptionsCounted{counted.options}});
  take(anna, bench, poll::Event{poll::ResultCertified{Position{10}}});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("same_official")));
  take(bert, bench, poll::Event{poll::ResultCertified{Position{10}}});
  EXPECT_THAT(found(), testing::SizeIs(1));
}

TEST_F(RuleReplayTest, FindsRecordsThatNoCommandWrites) {
  draft();
  take(anna, bench, poll::Event{poll::OptionsFixed{options_}});
  take(anna, bench, poll::Event{poll::Opened{terms_, false, false}}, poll::Event{poll::Closed{}});
  take(anna, id<ProjectId>("park"), project::Event{project::Opened{test::title("Again"), {}}});
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("no command writes such records"),
                          HasSubstr("no command writes such records"), HasSubstr("the rules refuse it")));
}

TEST_F(RuleReplayTest, FindsMilestonesOfWhatWasNotSelected) {
  const auto park = id<ProjectId>("park");
  const project::Milestone plain{id<MilestoneId>("plain"), test::title("Plain")};
  auto linked = plain;
  linked.id = id<MilestoneId>("linked");
  linked.realises = project::PollOption{bench, id<OptionId>("a")};
  draft();
  take(anna, park, project::Event{project::Revised{test::title("Park"), {}}});
  take(anna, park, project::Event{project::MilestonePlanned{plain}});
  take(anna, park, project::Event{project::MilestoneReported{plain.id, {project::Progress::begun, {}}}});
  EXPECT_THAT(found(), IsEmpty());
  take(anna, park, project::Event{project::MilestonePlanned{linked}});
  take(stimmbuch::Engine{}, park,
       project::Event{project::MilestoneReported{plain.id, {project::Progress::done, {}}}});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("option_not_selected"), HasSubstr("engine may not do this")));
}

TEST_F(RuleReplayTest, FindsTimesThatGoBack) {
  draft();
  time_ -= 1min;
  open();
  time_ += 2min;
  vote("a", cast(choices({"a"})));
  off_grid_ = 1s;
  vote("b", cast(choices({"a"})));
  off_grid_ = 0s;
  time_ -= 3h;
  vote("c", cast(choices({"a"})));
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("time 5: its time is before that of a record before it"),
                          HasSubstr("time 6: its time is before that of a record before it"),
                          HasSubstr("time 8: the time of the record is not on the contest's grid"),
                          HasSubstr("time 9: the time of the record is before that of a record before it")));
}

TEST_F(RuleReplayTest, TakesImportedBallotsFromOfficials) {
  terms_.imported = true;
  draft();
  open();
  const ballot::VoteCast imported{choices({"a"}), ballot::Channel::paper, time_ - 1h};
  vote("a", imported, anna);
  EXPECT_THAT(found(), IsEmpty());
  vote("b", imported);
  vote("c", cast(choices({"a"})), anna);
  EXPECT_THAT(found(), ElementsAre(HasSubstr("actor 8: voter/b may not do this"),
                                   HasSubstr("an imported ballot says when it was cast")));
}

// ---- what was to be destroyed

constexpr auto patience = destruction_patience;
const CitizenId cora = id<CitizenId>("cora");

TEST_F(RuleReplayTest, AgreesWithErasuresThatTheEngineCompleted) {
  const TextName name{Revision{0}, "name"};
  take(cora, cora, citizen::Event{citizen::Registered{}});
  take(anna, cora, citizen::Event{citizen::TextDestructionRequested{name}});
  take(cora, cora, citizen::Event{citizen::ErasureRequested{}});
  time_ += patience;
  take(stimmbuch::Engine{}, cora, citizen::Event{citizen::TextDestroyed{name}});
  take(stimmbuch::Engine{}, cora, citizen::Event{citizen::Erased{}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(rules_.erasures(), 2U);
}

TEST_F(RuleReplayTest, FindsErasuresThatAreOverdue) {
  take(cora, cora, citizen::Event{citizen::Registered{}});
  take(cora, cora, citizen::Event{citizen::ErasureRequested{}});
  take(anna, bench, poll::Event{poll::Drafted{terms_}});
  take(anna, bench, poll::Event{poll::TextDestructionRequested{{Revision{0}, "description"}}});
  time_ += patience - 10s;
  take(anna, id<ProjectId>("in-time"), project::Event{project::Opened{test::title("Pool"), {}}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
  time_ += 1h;
  take(anna, id<ProjectId>("late"), project::Event{project::Opened{test::title("Lake"), {}}});
  finish();
  EXPECT_THAT(found(), ElementsAre(HasSubstr("erasure 4: the destruction of citizen/cora"),
                                   HasSubstr("erasure 6: the destruction of text/poll/bench/0/description")));
}

TEST_F(RuleReplayTest, FindsDestructionThatNobodyAskedForOrThatOfficialsClaim) {
  take(cora, cora, citizen::Event{citizen::Registered{}});
  take(stimmbuch::Engine{}, cora, citizen::Event{citizen::Erased{}});
  take(anna, cora, citizen::Event{citizen::TextDestroyed{{Revision{0}, "name"}}});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("citizen/cora was destroyed and nobody had asked"),
                                   HasSubstr("(invalid)"), HasSubstr("official/anna may not do this"),
                                   HasSubstr("was destroyed and nobody had asked")));
}

TEST_F(RuleReplayTest, FindsSecretsThatLastLongerThanPromised) {
  terms_.objection_days = 10;
  draft();
  take(anna, bench, poll::Event{poll::CancellationProposed{"x"}});
  take(bert, bench, poll::Event{poll::Cancelled{Position{5}}});
  const auto cancelled = time_;
  time_ = cancelled + std::chrono::days{10} + patience - 10s;
  take(anna, id<ProjectId>("in-time"), project::Event{project::Opened{test::title("Pool"), {}}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
  time_ += 1h;
  take(anna, id<ProjectId>("late"), project::Event{project::Opened{test::title("Lake"), {}}});
  finish();
  EXPECT_THAT(found(), ElementsAre(HasSubstr("secret 6: a secret of poll/bench")));
  take(stimmbuch::Engine{}, bench, poll::Event{poll::SecretDestroyed{}});
  finish();
  EXPECT_THAT(found(), testing::SizeIs(1));
}

TEST_F(RuleReplayTest, FindsASecretThatIsDestroyedTooEarly) {
  draft();
  open();
  take(stimmbuch::Engine{}, bench, poll::Event{poll::SecretDestroyed{}});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("secret_needed")));
}

// ---- contributions and supports

support::Given given(std::string_view proposal) {
  return {id<ContributionId>(proposal), 1, {id<ContributionId>(proposal)}};
}

TEST_F(RuleReplayTest, AgreesWithContributionsAndSupportsThatTheRulesWrote) {
  open_phase();
  propose("cora", "bench");
  propose("carl", "pond");
  comment("dora", "well", "bench");
  take(bert, id<ContributionId>("well"), contribution::Event{contribution::Hidden{}});
  take(id<CitizenId>("dora"), id<ContributionId>("well"), contribution::Event{contribution::Removed{}});
  take(stimmbuch::Engine{}, id<ContributionId>("well"), contribution::Event{contribution::TextsDestroyed{}});
  support("v1", given("bench"));
  support("v2", given("pond"));
  support("v1", given("pond"));
  support("v1", support::Withdrawn{id<ContributionId>("bench"), {id<ContributionId>("bench")}});
  take(anna, id<ContributionId>("pond"),
       contribution::Event{contribution::Merged{id<ContributionId>("bench"), "Same."}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(RuleReplayTest, FindsContributionsOfOthersAndOfNobody) {
  open_phase();
  propose("nobody", "bench");
  propose("cora", "pond");
  take(id<CitizenId>("cora"), id<ContributionId>("pond"), contribution::Event{contribution::Hidden{}});
  take(id<CitizenId>("carl"), id<ContributionId>("pond"), contribution::Event{contribution::Removed{}});
  comment("carl", "well", "missing");
  EXPECT_THAT(found(), ElementsAre(HasSubstr("citizen_unknown"), HasSubstr("citizen/cora may not do this"),
                                   HasSubstr("not_the_author"), HasSubstr("contribution_unknown")));
}

TEST_F(RuleReplayTest, FindsSupportsThatThePhaseForbids) {
  open_phase();
  for (const auto* const name : {"a", "b", "c"}) propose("cora", name);
  support("v1", given("a"));
  support("v1", given("a"));
  support("v2", given("missing"));
  support("v3", given("a"), Actor{id<VoterId>("v4")});
  support("v4", support::Given{id<ContributionId>("a"), 1, {}});
  for (const auto* const name : {"a", "b", "c"}) support("v5", given(name));
  off_grid_ = 1us;
  support("v6", given("a"));
  off_grid_ = 0us;
  time_ += 24h;
  support("v7", given("a"));
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("already_supported"), HasSubstr("contribution_unknown"),
                          HasSubstr("voter/v4 may not do this"), HasSubstr("the rules write something else"),
                          HasSubstr("supports_exhausted"), HasSubstr("not on the contest's grid"),
                          HasSubstr("phase_not_open")));
}

TEST_F(RuleReplayTest, FindsSecretsOfPhasesThatLastLongerThanPromised) {
  open_phase();
  time_ = on_grid(may_third, 1h) + 24h + std::chrono::days{30} + patience;
  take(anna, id<ProjectId>("pool"), project::Event{project::Opened{test::title("Pool"), {}}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
  time_ += 1h;
  take(anna, id<ProjectId>("pier"), project::Event{project::Opened{test::title("Pier"), {}}});
  finish();
  const auto overdue = HasSubstr("secret 3: a secret of phase ideas of project/park");
  EXPECT_THAT(found(), ElementsAre(overdue, overdue));  // of its supports, and of its reports
}

TEST_F(RuleReplayTest, FindsRemovedTextsThatAreNotDestroyed) {
  open_phase();
  propose("cora", "bench");
  take(id<CitizenId>("cora"), id<ContributionId>("bench"), contribution::Event{contribution::Removed{}});
  time_ += patience + 1h;
  take(anna, id<ProjectId>("pool"), project::Event{project::Opened{test::title("Pool"), {}}});
  finish();
  EXPECT_THAT(found(), ElementsAre(HasSubstr("contribution/bench")));
}

// ---- surveys

answers::AnswerSet on_foot() {
  return {answers_to({{"way", chosen({"foot"})}}), {}, {}};
}

TEST_F(RuleReplayTest, AgreesWithSurveysThatTheRulesWrote) {
  open_survey();
  auto dropping = on_foot();
  dropping.texts = {{"why", {}}};
  dropping.dropped = {id<QuestionId>("lane")};
  answer("v1", answers::Given{dropping});
  answer("v1", answers::Changed{on_foot()});
  answer("v1", answers::Withdrawn{});
  answer("v2", answers::Given{on_foot()});
  take(anna, traffic, survey::Event{survey::TextsReleased{id<QuestionId>("why"), {{"r1", {}}}}});
  const TextName text{Revision{3}, "r1"};
  take(anna, traffic, survey::Event{survey::TextDestructionRequested{text}});
  take(stimmbuch::Engine{}, traffic, survey::Event{survey::TextDestroyed{text}});
  take(anna, traffic, survey::Event{survey::Closed{"Enough."}});
  time_ += std::chrono::days{30};
  take(stimmbuch::Engine{}, traffic, survey::Event{survey::SecretDestroyed{}});
  finish();
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(RuleReplayTest, FindsAnswersThatTheSurveyForbids) {
  open_survey();
  answer("v1", answers::Changed{on_foot()});
  answer("v2", answers::Withdrawn{});
  answer("v3", answers::Given{{answers_to({{"way", chosen({"car"})}}), {}, {}}});
  answer("v4", answers::Given{on_foot()}, Actor{id<VoterId>("v5")});
  // Put, and so not to be dropped.
  answer("v6", answers::Given{{answers_to({{"way", chosen({"bike"})}}), {}, {id<QuestionId>("why")}}});
  take(anna, traffic, survey::Event{survey::Closed{"Enough."}});
  answer("v7", answers::Given{on_foot()});
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("the rules write something else"), HasSubstr("no_answers_to_withdraw"),
                          HasSubstr("answer_option_unknown"), HasSubstr("voter/v5 may not do this"),
                          HasSubstr("the rules write something else"), HasSubstr("survey_closed")));
}

TEST_F(RuleReplayTest, FindsAnswersToNoSurvey) {
  answer("v1", answers::Given{on_foot()});
  EXPECT_THAT(found(), ElementsAre(HasSubstr("there is no such contest")));
}

TEST_F(RuleReplayTest, FindsSecretsOfSurveysThatLastLongerThanPromised) {
  open_survey();
  take(anna, traffic, survey::Event{survey::Closed{"Enough."}});
  time_ += std::chrono::days{30} + patience + 1h;
  take(anna, id<ProjectId>("pool"), project::Event{project::Opened{test::title("Pool"), {}}});
  finish();
  EXPECT_THAT(found(), ElementsAre(HasSubstr("the secret of survey/traffic")));
}

}  // namespace
}  // namespace stimmbuch::program
