// The documents of small polls, one of each kind, and of the other projections, as files: a change in them is
// a change for every client, and needs a new version of the projection. STIMMBUCH_WRITE_GOLDEN=1 writes them
// anew.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <ostream>

#include <gtest/gtest.h>

#include "golden.hpp"
#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/folds/figures.hpp"
#include "stimmbuch/projections/folds/news.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/folds/projects.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"
#include "stimmbuch/projections/folds/tally.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using projections::document_prefix;

LogBuilder town() {
  LogBuilder log;
  log.create_ledger();
  log.add(id<LedgerId>("town"), ledger::CellsDeclared{{{id<LevelId>("online"), title("Online"), false},
                                                       {id<LevelId>("id"), title("Ausweis"), true}},
                                                      {},
                                                      {}});
  log.open_project("park");
  return log;
}

LogBuilder with_poll(const poll::Terms& poll_terms, const std::vector<poll::Option>& poll_options) {
  auto log = town();
  log.open_poll("bench", poll_terms, poll_options);
  return log;
}

ballot::Choices points(std::initializer_list<std::pair<std::string_view, std::int32_t>> given) {
  ballot::Choices all;
  for (const auto& [option, amount] : given) all.push_back({id<OptionId>(option), amount});
  return all;
}

// The events of a count of what the tally of a poll says.
void count(LogBuilder& log, const poll::Terms& poll_terms, const std::vector<poll::Option>& poll_options,
           const poll::Tally& tally, const std::vector<OptionId>& lot = {}) {
  poll::State state;
  state.lot = lot;
  state.terms = poll_terms;
  state.options = poll_options;
  const poll::Count counted = poll::count(state, tally);
  log.add(id<PollId>("bench"),
          poll::ResultComputed{.revision = Revision{4},
                               .rule = poll_terms.rule.kind,
                               .version = 1,
                               .engine = "test",
                               .first = Position{6},
                               .last = log.last(),
                               .figures = tally.figures,
                               .quorum = poll_terms.rule.quorum,
                               .quorum_reached = counted.quorum_reached,
                               .ties = counted.ties},
          poll::OptionsCounted{counted.options});
}

LogBuilder single() {
  auto of = terms();
  of.electorate.level = id<LevelId>("id");
  auto log = with_poll(of, options(3));
  log.vote("bench", "v1", cast(choices({"b"})));
  log.vote("bench", "v2", cast(choices({"a"})));
  log.vote("bench", "v3", cast(choices({"b"})));
  log.vote("bench", "v2", changed(choices({"b"}), choices({"a"})));
  log.vote("bench", "v3", withdrawn(choices({"b"})));
  return log;
}

LogBuilder multiple() {
  auto of = terms(poll::BallotKind::multiple);
  of.form.max = 2;
  of.form.blank_allowed = true;
  of.rule.winners = 2;
  auto abstain = options(4);
  abstain.back().counts = false;
  auto log = with_poll(of, abstain);
  log.vote("bench", "v1", cast(choices({"a", "b"})));
  log.vote("bench", "v2", cast(choices({"b", "c"})));
  log.vote("bench", "v3", cast({}));
  log.vote("bench", "v4", cast(choices({"d"})));
  return log;
}

LogBuilder approval() {
  auto of = terms(poll::BallotKind::approval);
  of.form.max = 3;
  of.rule.ties = poll::TiePolicy::refuse;
  of.rule.quorum = 2;
  auto log = with_poll(of, options(3));
  log.vote("bench", "v1", cast(choices({"a", "c"})));
  log.vote("bench", "v2", ballot::VoteCast{choices({"c", "a"}), ballot::Channel::paper, std::nullopt});
  log.add(id<PollId>("bench"), poll::OptionWithdrawn{id<OptionId>("b"), "The tree is felled."});
  return log;
}

LogBuilder points_counted() {
  auto of = terms(poll::BallotKind::points);
  of.form.max = 3;
  of.form.points_total = 5;
  of.rule.kind = poll::RuleKind::points;
  auto log = with_poll(of, options(3));
  log.vote("bench", "v1", cast(points({{"a", 3}, {"b", 2}})));
  log.vote("bench", "v2", cast(points({{"c", 4}})));
  log.add(id<PollId>("bench"), poll::Closed{});
  count(log, of, options(3), {{.cast = 2, .online = 2}, {{1, 3}, {1, 2}, {1, 4}}});
  return log;
}

LogBuilder ranked_certified() {
  auto of = terms(poll::BallotKind::ranked);
  of.form.max = 3;
  of.rule.kind = poll::RuleKind::points;
  of.rule.rank_points = {3, 2, 1};
  auto log = with_poll(of, options(3));
  log.vote("bench", "v1", cast(choices({"c", "a", "b"})));
  log.vote("bench", "v2", cast(choices({"a"})));
  log.add(id<PollId>("bench"), poll::Closed{});
  count(log, of, options(3), {{.cast = 2, .online = 2}, {{2, 5}, {1, 1}, {1, 3}}});
  log.by("bert").add(id<PollId>("bench"), poll::ResultCertified{Position{11}});
  return log;
}

LogBuilder budget_imported() {
  auto of = terms(poll::BallotKind::budget);
  of.form.max = 3;
  of.rule.kind = poll::RuleKind::greedy_skip;
  of.rule.budget = 1000;
  of.currency = "EUR";
  of.imported = true;
  of.live_step = 10;
  auto costs = options(3);
  for (poll::Option& option : costs) option.cost = 400;
  costs.back().cost = 700;
  auto log = with_poll(of, costs);
  log.vote("bench", "v1",
           ballot::VoteCast{choices({"c"}), ballot::Channel::paper, may_third - std::chrono::hours{5}});
  log.vote("bench", "v2", ballot::VoteCast{choices({"a", "b"}), ballot::Channel::online, may_third});
  log.vote("bench", "v3", ballot::VoteCast{choices({"c"}), ballot::Channel::online, may_third});
  return log;
}

// A poll with everything that can happen to one.
LogBuilder eventful() {
  auto of = terms();
  of.closes = may_third + std::chrono::hours{24};
  of.texts["description"] = {};
  of.rule.ties = poll::TiePolicy::lot;
  auto described = options(2);
  described.front().texts["description"] = {};
  described.back().texts = {{"description/de", {}}, {"description/en", {}}};
  auto log = with_poll(of, described);
  const auto bench = id<PollId>("bench");
  log.at(may_third + std::chrono::hours{1});
  log.add(bench, poll::Extended{may_third + std::chrono::hours{48},
                                poll::Outage{may_third, may_third + std::chrono::minutes{30}}, "Power cut."});
  log.vote("bench", "v1", cast(choices({"a"})));
  log.vote("bench", "v2", cast(choices({"b"})));
  log.at(may_third + std::chrono::hours{48}).add(bench, poll::Closed{});
  count(log, of, described, {{.cast = 2, .online = 2}, {{1, 1}, {1, 1}}});
  const std::vector lot{id<OptionId>("b"), id<OptionId>("a")};
  const auto proposal = log.add(bench, poll::LotProposed{lot, "Town hall."});
  log.by("bert").add(bench, poll::LotDrawn{proposal});
  count(log, of, described, {{.cast = 2, .online = 2}, {{1, 1}, {1, 1}}}, lot);
  const auto annulment = log.by("anna").add(bench, poll::AnnulmentProposed{"A box was lost."});
  log.by("bert").add(bench, poll::Annulled{annulment});
  return log;
}

// Three vote, one of them twice, and one of them takes it back.
LogBuilder sealed_open() {
  auto of = terms();
  of.results = poll::Results::after_close;
  auto log = town();
  log.open_poll("bench", of, options(3), true);
  log.vote("bench", "v1", ballot::SealedVoteCast{});
  log.vote("bench", "v2", ballot::SealedVoteCast{});
  log.vote("bench", "v3", ballot::SealedVoteCast{});
  log.vote("bench", "v2", ballot::SealedVoteChanged{});
  log.vote("bench", "v3", ballot::SealedVoteWithdrawn{});
  return log;
}

// Between the parts of the openings: nothing of what is opened is shown.
LogBuilder sealed_half_opened() {
  auto log = sealed_open();
  const auto bench = id<PollId>("bench");
  log.add(bench, poll::Closed{});
  log.by(Actor{Engine{}});
  log.add(RollPartId{bench, 0}, roll::PartAdded{0,
                                                {{id<VoterId>("v1"), {}, Position{8}},
                                                 {id<VoterId>("v2"), {}, Position{11}},
                                                 {id<VoterId>("v3"), {}, before_first},
                                                 {id<VoterId>("v4"), {}, before_first}}});
  log.add(bench, poll::RollCompleted{.entries = 4,
                                     .at_opening = 3,
                                     .ballots = 2,
                                     .parts = 1,
                                     .cells = {{id<LevelId>("id"), {}, {}, 30, 1}, {{}, {}, {}, 12, 1}}});
  log.add(OpeningPartId{bench, 0}, opening::PartAdded{0, {{Position{8}, {}, choices({"b"})}}});
  return log;
}

LogBuilder sealed_counted() {
  auto log = sealed_half_opened();
  const auto bench = id<PollId>("bench");
  log.add(OpeningPartId{bench, 1}, opening::PartAdded{1, {{Position{11}, {}, std::nullopt}}});
  log.add(bench, poll::OpeningsCompleted{.openings = 2, .parts = 2});
  auto of = terms();
  of.results = poll::Results::after_close;
  log.by("anna");
  count(log, of, options(3),
        {{.cast = 3, .replaced = 1, .withdrawn = 1, .online = 2, .invalid = 1}, {{0, 0}, {1, 1}, {0, 0}}});
  return log;
}

LogBuilder everybody() {
  auto log = single();
  const auto citizen = [](std::string_view name) { return StreamId{id<CitizenId>(name)}; };
  log.add(citizen("c1"), citizen::Registered{{{"name", {}}}});
  log.add(citizen("c2"), citizen::Registered{});
  log.add(citizen("c1"), citizen::Verified{{id<LevelId>("online"), {}, {}}, "mail", id<OfficialId>("rita")});
  log.add(citizen("c1"), citizen::Verified{{id<LevelId>("id"), {}, {}}, "id-card", id<OfficialId>("rita")});
  log.add(citizen("c2"), citizen::Blocked{{{"reason", {}}}});
  log.add(id<ProjectId>("park"), project::PhaseDefined{{id<PhaseId>("vote"), title("Vote"), may_third,
                                                        may_third + std::chrono::hours{24}}});
  log.add(id<ProjectId>("park"),
          project::PhaseExtended{id<PhaseId>("vote"), may_third + std::chrono::hours{48}, "Rain."});
  log.add(id<ProjectId>("park"), project::PhaseClosed{id<PhaseId>("vote"), "Storm."});
  log.add(id<ProjectId>("park"),
          project::PhaseReopened{id<PhaseId>("vote"), may_third + std::chrono::hours{72}, "Sun."});
  auto draft = terms();
  draft.title = title("Swing");
  log.add(id<PollId>("swing"), poll::Drafted{draft}, poll::OptionsAdded{options(1)});
  const auto proposal = log.add(id<PollId>("swing"), poll::CancellationProposed{"No money."});
  log.by("bert").add(id<PollId>("swing"), poll::Cancelled{proposal});
  log.add(id<ProjectId>("park"), project::Closed{});
  return log;
}

// A proposal that was revised, amended, merged with another and answered, and comments that went.
LogBuilder contributions() {
  using namespace contribution;
  auto log = town();
  const auto author = id<CitizenId>("c1");
  const auto park = id<ProjectId>("park");
  const auto ideas = id<PhaseId>("ideas");
  const Commitments of_proposal{{"text", {}}, {"title", {}}};
  const auto stream = [](std::string_view name) { return StreamId{id<ContributionId>(name)}; };
  log.by(author).add(author, citizen::Registered{{{"name", {}}}});
  Submitted proposal;
  proposal.project = park;
  proposal.phase = ideas;
  proposal.language = "de";
  proposal.texts = of_proposal;
  proposal.pending = true;
  log.add(stream("bench"), proposal);
  log.by("mona").add(stream("bench"), Released{1});
  log.by(author).add(stream("bench"), Revised{2, of_proposal, true});
  proposal.amends = Amendment{id<ContributionId>("bench"), 1};
  proposal.pending = false;
  log.add(stream("swing"), proposal);
  const auto comment = [&](std::string_view name, std::string_view parent) {
    Submitted one;
    one.kind = Kind::comment;
    one.project = park;
    one.phase = ideas;
    one.parent = id<ContributionId>(parent);
    one.depth = 1;
    one.texts = {{"text", {}}};
    log.add(stream(name), one);
  };
  comment("well", "bench");
  comment("rude", "bench");
  const auto hiding =
      log.by("mona").add(stream("rude"), Hidden{Manner::blocked, HidingReason::insulting, {{"note", {}}}});
  const auto appeal = log.by(author).add(stream("rude"), Appealed{hiding, {{"appeal", {}}}});
  log.by("nora").add(stream("rude"), AppealDecided{appeal, false, {{"decision", {}}}});
  log.by(author).add(stream("well"), Removed{});
  const auto swing = id<ContributionId>("swing");
  const SupportsId supporter{park, ideas, id<VoterId>("v1")};
  log.add(supporter, support::Given{swing, 1, {swing}});
  const RatingsId rater{park, ideas, id<VoterId>("v2")};
  log.add(rater, rating::Given{swing, Rating::up});
  log.add(rater, rating::Changed{swing, Rating::down, Rating::up});
  log.add(ReportsId{park, ideas, id<VoterId>("v3")}, report::Made{swing, HidingReason::spam});
  log.by("anna").add(stream("swing"), Merged{id<ContributionId>("bench"), "Both want to sit."});
  log.add(stream("bench"), Answered{Status::rejected, {{"answer/de", {}}}});
  log.by(author).add(stream("bench"), Withdrawn{id<ContributionId>("swing"), {{"reason", {}}}});
  return log;
}

LogBuilder realised() {
  auto log = single();
  const auto park = id<ProjectId>("park");
  const Day third = std::chrono::floor<std::chrono::days>(may_third);
  const auto benches = id<MilestoneId>("benches"), party = id<MilestoneId>("party");
  log.add(park, project::Revised{title("Park"), title("A place to sit."), {"en"}});
  log.add(park, project::PhaseDefined{{id<PhaseId>("results"),
                                       title("Results"),
                                       may_third,
                                       may_third + std::chrono::hours{24},
                                       project::PhaseKind::results,
                                       {},
                                       {"de"}}});
  log.add(park, project::MilestonePlanned{{benches,
                                           title("Benches"),
                                           title("Three of oak."),
                                           third + std::chrono::days{120},
                                           project::PollOption{id<PollId>("bench"), id<OptionId>("a")},
                                           {"en"}}});
  log.add(park, project::MilestonePlanned{{party, title("Party")}});
  log.add(park, project::MilestonePlanned{{id<MilestoneId>("sign"), title("Sign")}});
  log.add(park, project::MilestoneReported{benches, {project::Progress::begun, third}});
  log.add(park, project::Closed{});
  log.add(park, project::MilestoneReported{benches, {project::Progress::done, third, title("All stand.")}});
  log.add(park, project::MilestoneReported{party, {project::Progress::dropped, third, {}, "Rain."}});
  return log;
}

LogBuilder surveys(bool closed) {
  auto log = town();
  project::Phase phase{id<PhaseId>("ideas"), title("Ideas"), may_third, may_third + std::chrono::hours{24}};
  phase.features = {project::Feature::answer};
  log.add(id<ProjectId>("park"), project::PhaseDefined{phase});
  auto terms = survey_terms();
  terms.least = 2;
  auto ways = choosing("ways", {"foot", "bike"}, survey::QuestionKind::multiple);
  ways.other = true;
  auto stars = rating("stars", 1, 5);
  stars.shown_if = {{ways.id, {id<OptionId>("bike")}}};
  const std::vector questions{ways,
                              stars,
                              choosing("order", {"a", "b"}, survey::QuestionKind::ranking),
                              matrix("when", {"summer", "winter"}, {"often", "never"}),
                              saying("why"),
                              question("where", survey::QuestionKind::point)};
  const auto survey = id<SurveyId>("traffic");
  log.add(survey, survey::Drafted{terms}, survey::QuestionsAdded{questions});
  log.add(survey, survey::Opened{});
  const auto given = [&](std::string_view voter, answers::AnswerSet set) {
    log.add(AnswersId{survey, id<VoterId>(voter)}, answers::Given{std::move(set)});
  };
  given("v1", {answers_to({{"ways", chosen({"foot"})}}), {{"why", {}}}, {stars.id}});
  given("v2", {answers_to({{"ways", chosen({"bike", "other"})},
                           {"stars", std::int64_t{2}},
                           {"order", chosen({"b", "a"})},
                           {"when", in_rows({{"summer", "often"}, {"winter", "never"}})}}),
               {{"ways", {}}, {"why", {}}},
               {}});
  given("v3", {answers_to({{"ways", chosen({"bike"})},
                           {"stars", std::int64_t{5}},
                           {"order", chosen({"a"})},
                           {"when", in_rows({{"summer", "often"}})}}),
               {{"where", {}}},
               {}});
  log.add(AnswersId{survey, id<VoterId>("v1")},
          answers::Changed{{answers_to({{"ways", chosen({"bike"})}}), {{"why", {}}}, {}}});
  given("v4", {answers_to({{"ways", chosen({"foot"})}}), {}, {}});
  log.add(AnswersId{survey, id<VoterId>("v4")}, answers::Withdrawn{});
  log.add(survey, survey::TextsReleased{id<QuestionId>("why"), {{"r1", {}}}});
  if (closed) log.add(survey, survey::Closed{"Enough."});
  return log;
}

Golden tally(const std::string& name, LogBuilder (*log)()) {
  return {"tally-" + name, [log] { return row(projections::tally_projection(), log(), "document/bench"); }};
}

Golden poll_row(const std::string& name, LogBuilder (*log)(), const std::string& key) {
  return {"polls-" + name, [log, key] { return row(projections::polls_projection(), log(), key); }};
}

Golden contribution_row(const std::string& name, const std::string& key) {
  return {"contributions-" + name,
          [key] { return row(projections::contributions_projection(), contributions(), key); }};
}

Golden survey_row(const std::string& name, bool closed, const std::string& key) {
  return {"surveys-" + name,
          [closed, key] { return row(projections::surveys_projection(), surveys(closed), key); }};
}

std::string own(const LogBuilder& log, const BallotId& of,
                const std::optional<opening::Opening>& opening = {}) {
  projections::OwnBallot own_ballot(of, ledger::Purpose::demo);
  for (std::size_t i = 0; i < log.records().size(); ++i) {
    if (log.records()[i].subject == subject(of)) own_ballot.add(Position{i + 1}, log.records()[i].bytes);
  }
  return own_ballot.finish(opening);
}

std::vector<Golden> goldens() {
  static const std::string newest = "newest/18446744073709551611";  // the poll was drafted at position 4
  std::vector<Golden> all{
      tally("single", single),
      tally("multiple", multiple),
      tally("approval", approval),
      tally("points-counted", points_counted),
      tally("ranked-certified", ranked_certified),
      tally("budget-imported", budget_imported),
      tally("annulled", eventful),
      tally("sealed", sealed_open),
      tally("sealed-half-opened", sealed_half_opened),
      tally("sealed-counted", sealed_counted),
      {"tally-turnout",
       [] {
         const auto views = Folding(projections::tally_projection()).catch_up(budget_imported()).views;
         const auto bench = id<PollId>("bench");
         const auto prefix = projections::turnout_prefix(bench);
         std::vector<std::pair<std::string, std::string>> rows;
         for (const auto& [key, value] : views.rows()) {
           if (key.starts_with(prefix)) rows.emplace_back(key.substr(prefix.size()), value);
         }
         return projections::turnout_document(bench, ledger::Purpose::demo, rows);
       }},
      poll_row("open", single, "document/bench"),
      poll_row("annulled", eventful, "document/bench"),
      poll_row("result", eventful, "document/" + projections::result_id(id<PollId>("bench"), Position{12})),
      poll_row("summary", eventful, newest),
      poll_row("sealed-open", sealed_open, "document/bench"),
      poll_row("sealed-counted", sealed_counted, "document/bench"),
      {"projects-project",
       [] { return row(projections::projects_projection(), everybody(), "document/park"); }},
      {"projects-summary",
       [] { return row(projections::projects_projection(), everybody(), "newest/18446744073709551612"); }},
      {"news", [] { return news_of(realised()); }},
      {"news-of-contributions", [] { return news_of(contributions()); }},
      {"news-of-surveys", [] { return news_of(surveys(/*closed=*/true)); }},
      contribution_row("bench", "document/bench"),
      contribution_row("bench-for-moderators", "document/moderation/bench"),
      contribution_row("amending-summary", "amendments/bench/00000000000000000008"),
      contribution_row("removed", "document/well"),
      contribution_row("hidden-reply", "replies/bench/00000000000000000010"),
      contribution_row("hidden-for-moderators", "document/moderation/rude"),
      contribution_row("deed", "moderation/18446744073709551604"),
      contribution_row("reported", "reported/13835058055282163710/18446744073709551607"),
      {"trail-rating", [] { return trail(contributions(), "rating/park/ideas/v2"); }},
      survey_row("open", false, "document/traffic"),
      survey_row("closed", true, "document/traffic"),
      survey_row("summary", true, "project/park/18446744073709551610"),
      survey_row("results-open", false, "document/results/traffic"),
      survey_row("results", true, "document/results/traffic"),
      survey_row("standing", false, "standing/traffic/v2"),
      {"trail-survey", [] { return trail(surveys(true), "survey/traffic"); }},
      {"trail-answers", [] { return trail(surveys(true), "answers/traffic/v1"); }},
      {"trail-answers-withdrawn", [] { return trail(surveys(true), "answers/traffic/v4"); }},
      {"trail-support", [] { return trail(contributions(), "support/park/ideas/v1"); }},
      {"trail-contribution", [] { return trail(contributions(), "contribution/bench"); }},
      {"trail-hidden-contribution", [] { return trail(contributions(), "contribution/rude"); }},
      {"projects-realised",
       [] { return row(projections::projects_projection(), realised(), "document/park"); }},
      {"projects-realised-summary",
       [] { return row(projections::projects_projection(), realised(), "newest/18446744073709551612"); }},
      {"figures", [] { return row(projections::figures_projection(), everybody(), "document/figures"); }},
      {"trail-ledger", [] { return trail(everybody(), "ledger/town"); }},
      {"trail-citizen", [] { return trail(everybody(), "citizen/c1"); }},
      {"trail-project", [] { return trail(everybody(), "project/park"); }},
      {"trail-realised-project", [] { return trail(realised(), "project/park"); }},
      {"trail-poll", [] { return trail(eventful(), "poll/bench"); }},
      {"trail-ballot", [] { return trail(single(), "ballot/bench/v2"); }},
      {"figures-sealed",
       [] { return row(projections::figures_projection(), sealed_counted(), "document/figures"); }},
      {"trail-sealed-poll", [] { return trail(sealed_counted(), "poll/bench"); }},
      {"trail-sealed-ballot", [] { return trail(sealed_counted(), "ballot/bench/v3"); }},
      {"trail-roll", [] { return trail(sealed_counted(), "roll/bench-0"); }},
      {"trail-opening", [] { return trail(sealed_counted(), "opening/bench-0"); }},
      {"own-ballot-sealed", [] { return own(sealed_open(), {id<PollId>("bench"), id<VoterId>("v2")}); }},
      {"own-ballot-opened",
       [] {
         return own(sealed_open(), {id<PollId>("bench"), id<VoterId>("v2")},
                    {{Position{11}, {}, choices({"b"})}});
       }},
      {"own-ballot-opened-invalid",
       [] {
         return own(sealed_open(), {id<PollId>("bench"), id<VoterId>("v2")},
                    {{Position{11}, {}, std::nullopt}});
       }},
      {"own-ballot-sealed-withdrawn",
       [] { return own(sealed_open(), {id<PollId>("bench"), id<VoterId>("v3")}); }},
      {"own-ballot-standing", [] { return own(single(), {id<PollId>("bench"), id<VoterId>("v2")}); }},
      {"own-ballot-withdrawn", [] { return own(single(), {id<PollId>("bench"), id<VoterId>("v3")}); }},
  };
  std::ranges::move(goldens_of_consultation(), std::back_inserter(all));
  return all;
}

class ViewDocument : public testing::TestWithParam<Golden> {};

TEST_P(ViewDocument, IsAsEver) {
  const auto file = std::filesystem::path(STIMMBUCH_GOLDEN_DIR) / (GetParam().file + ".json");
  const std::string document = GetParam().document() + "\n";
  if (std::getenv("STIMMBUCH_WRITE_GOLDEN")) {
    std::ofstream(file, std::ios::binary) << document;
    GTEST_SKIP() << "written: " << file;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file;
  EXPECT_EQ(document, std::string(std::istreambuf_iterator<char>(in), {}));
}

INSTANTIATE_TEST_SUITE_P(Views, ViewDocument, testing::ValuesIn(goldens()), [](const auto& param) {
  std::string name = param.param.file;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace

std::string news_of(const LogBuilder& log) {
  std::string lines;
  auto views = Folding(projections::news_projection()).catch_up(log).views;
  views.each(projections::news_prefix(id<ProjectId>("park")), [&](std::string_view, std::string_view news) {
    if (!lines.empty()) lines += "\n";
    lines += news;
  });
  return lines;
}

}  // namespace stimmbuch::test
