// The life of polls over HTTP, and what the interface promises of every request.
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Json body_of(const HttpReply& reply) {
  return Json::parse(reply.body);
}

std::string code_of(const HttpReply& reply) {
  return reply.status >= 400 ? body_of(reply).at("code").get<std::string>() : reply.body;
}

// A problem document of this status and code.
void expect_problem(const HttpReply& reply, int status, std::string_view code) {
  ASSERT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.field("Content-Type"), "application/problem+json");
  const Json problem = body_of(reply);
  EXPECT_EQ(problem.at("code"), code) << reply.body;
  EXPECT_EQ(problem.at("status"), status);
  EXPECT_THAT(problem.at("type").get<std::string>(), StartsWith("/problems/"));
  EXPECT_FALSE(problem.at("title").get<std::string>().empty());
}

class ApiTest : public ::testing::Test {
 protected:
  EngineUnderTest engine_;
  Caller staff_ = engine_.caller("staff", "anna");
  Caller certifier_ = engine_.caller("certifier", "berta");
  Caller citizen_ = engine_.caller("citizen", "cora");
  HttpClient anyone_ = engine_.connect();

  Caller registered(std::string_view subject) {
    Caller caller = engine_.caller("citizen", subject);
    register_citizen(caller);
    return caller;
  }
  std::string ballot_of(const std::string& poll) { return "/v1/polls/" + poll + "/ballot"; }
  HttpReply to_poll(Caller& who, const std::string& poll, std::string_view action,
                    const Json& body = Json::object()) {
    return who.post("/v1/polls/" + poll + "/" + std::string(action), body);
  }
};

class PollLife : public ApiTest {};
class Eligibility : public ApiTest {};
class Idempotency : public ApiTest {};
class ConditionalRequests : public ApiTest {};
class ConsistencyToken : public ApiTest {};
class Requests : public ApiTest {};
class PersonalTexts : public ApiTest {};

// ---- the life of polls

TEST_F(PollLife, GoesFromADraftToACertifiedResult) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto cast = citizen_.put(ballot_of(poll), {{"choices", {"a"}}});
  ASSERT_EQ(cast.status, 201) << cast.body;
  EXPECT_EQ(cast.field("Content-Type"), "application/json");
  EXPECT_EQ(cast.field("Cache-Control"), "no-store");
  EXPECT_THAT(body_of(cast).at("ballot").get<std::string>(), StartsWith("ballot/" + poll + "/"));
  EXPECT_EQ(body_of(cast).at("revision"), 0);
  EXPECT_EQ(body_of(cast).at("replayed"), false);
  EXPECT_EQ(body_of(cast).at("position"), std::to_string(head_of(engine_.endpoints())));

  const auto changed = citizen_.put(ballot_of(poll), {{"choices", {"b"}}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  Json tally = tally_after(anyone_, poll, changed);
  EXPECT_EQ(tally.at("ballots"), 1);
  EXPECT_EQ(tally.at("options")[0].at("votes"), 0);
  EXPECT_EQ(tally.at("options")[1].at("votes"), 1);
  EXPECT_EQ(tally.at("figures").at("replaced"), 1);

  const auto withdrawn = citizen_.remove(ballot_of(poll));
  EXPECT_EQ(withdrawn.status, 200) << withdrawn.body;
  expect_problem(citizen_.remove(ballot_of(poll)), 409, "no_vote_to_withdraw");
  tally = tally_after(anyone_, poll, withdrawn);
  EXPECT_EQ(tally.at("ballots"), 0);
  const auto again = citizen_.put(ballot_of(poll), {{"choices", {"c"}}});
  EXPECT_EQ(again.status, 201) << again.body;

  ASSERT_EQ(to_poll(staff_, poll, "close").status, 200);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}), 409, "poll_closed");
  expect_problem(citizen_.remove(ballot_of(poll)), 409, "poll_closed");
  const auto counted = to_poll(staff_, poll, "count");
  ASSERT_EQ(counted.status, 200) << counted.body;
  tally = tally_after(anyone_, poll, counted);
  EXPECT_EQ(tally.at("status"), "counted");
  EXPECT_EQ(tally.at("options")[2].at("selected"), true);
  EXPECT_EQ(tally.at("result").at("certified"), false);

  const auto certified = to_poll(certifier_, poll, "certify");
  ASSERT_EQ(certified.status, 200) << certified.body;
  tally = tally_after(anyone_, poll, certified);
  EXPECT_EQ(tally.at("status"), "certified");
  EXPECT_EQ(tally.at("result").at("certified"), true);
  expect_problem(to_poll(staff_, poll, "count"), 409, "poll_final");
}

TEST_F(PollLife, OwnBallotsShowEachChange) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  citizen_.put(ballot_of(poll), {{"choices", {"a"}}});
  const auto changed = citizen_.put(ballot_of(poll), {{"choices", {"b"}}});
  const auto own =
      citizen_.get("/v1/me/ballots", "Consistency-Token: " + changed.field("Consistency-Token") + "\r\n");
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(own.field("Cache-Control"), "no-store");
  const Json ballots = body_of(own).at("items");
  ASSERT_EQ(ballots.size(), 1U);
  EXPECT_EQ(ballots[0].at("poll"), poll);
  EXPECT_EQ(ballots[0].at("standing"), Json::parse(R"(["b"])"));
  EXPECT_EQ(ballots[0].at("changes").size(), 2U);
}

TEST_F(PollLife, BlankBallotsNeedAPollThatTakesThem) {
  register_citizen(citizen_);
  const std::string strict = open_poll(staff_);
  expect_problem(citizen_.put(ballot_of(strict), {{"choices", Json::array()}}), 422, "blank_not_allowed");
  const std::string open = open_poll(staff_, {{"blank_allowed", true}});
  const auto blank = citizen_.put(ballot_of(open), {{"choices", Json::array()}});
  ASSERT_EQ(blank.status, 201) << blank.body;
  EXPECT_EQ(tally_after(anyone_, open, blank).at("figures").at("blank"), 1);
}

TEST_F(PollLife, TheLiveTallyMovesInSteps) {
  const std::string poll = open_poll(staff_, {{"live_step", 3}});
  for (int voter = 1; voter <= 7; ++voter) {
    auto citizen = registered("voter-" + std::to_string(voter));
    const auto cast = citizen.put(ballot_of(poll), {{"choices", {"a"}}});
    ASSERT_EQ(cast.status, 201) << cast.body;
    EXPECT_EQ(tally_after(anyone_, poll, cast).at("ballots"), voter / 3 * 3);
  }
  EXPECT_EQ(tally_after(anyone_, poll, to_poll(staff_, poll, "close")).at("ballots"), 7);
}

TEST_F(PollLife, AVoteIsFixedWhereTheTermsSaySo) {
  const std::string poll = open_poll(staff_, {{"changeable", false}});
  register_citizen(citizen_);
  ASSERT_EQ(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}).status, 201);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"b"}}}), 409, "vote_not_changeable");
  expect_problem(citizen_.remove(ballot_of(poll)), 409, "vote_not_changeable");
}

TEST_F(PollLife, WhoCountedDoesNotCertify) {
  // One person with two roles is one official.
  auto anna_as_certifier = engine_.caller("certifier", "anna");
  const std::string poll = open_poll(staff_);
  to_poll(staff_, poll, "close");
  expect_problem(to_poll(certifier_, poll, "certify"), 409, "poll_not_counted");
  ASSERT_EQ(to_poll(staff_, poll, "count").status, 200);
  expect_problem(to_poll(anna_as_certifier, poll, "certify"), 403, "same_official");
  EXPECT_EQ(to_poll(certifier_, poll, "certify").status, 200);
}

TEST_F(PollLife, ACancellationTakesTwoOfficials) {
  const std::string poll = open_poll(staff_);
  const auto proposed = to_poll(staff_, poll, "cancellation", {{"reason", "The wrong question."}});
  ASSERT_EQ(proposed.status, 200) << proposed.body;
  const Json proposal{{"proposal", body_of(proposed).at("position")}};
  expect_problem(to_poll(staff_, poll, "cancel", proposal), 403, "same_official");
  expect_problem(to_poll(certifier_, poll, "cancel", {{"proposal", "1"}}), 409, "proposal_outdated");
  const auto cancelled = to_poll(certifier_, poll, "cancel", proposal);
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(tally_after(anyone_, poll, cancelled).at("status"), "cancelled");
  register_citizen(citizen_);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}), 409, "poll_final");
}

TEST_F(PollLife, AnAnnulmentTakesTwoOfficialsAndAResult) {
  const std::string poll = open_poll(staff_);
  expect_problem(to_poll(staff_, poll, "annulment", {{"reason", "No."}}), 409, "poll_not_counted");
  to_poll(staff_, poll, "close");
  to_poll(staff_, poll, "count");
  expect_problem(to_poll(staff_, poll, "cancellation", {{"reason", "Late."}}), 409, "poll_counted");
  const auto proposed = to_poll(staff_, poll, "annulment", {{"reason", "A box was lost."}});
  ASSERT_EQ(proposed.status, 200) << proposed.body;
  const Json proposal{{"proposal", body_of(proposed).at("position")}};
  expect_problem(to_poll(staff_, poll, "annul", proposal), 403, "same_official");
  const auto annulled = to_poll(certifier_, poll, "annul", proposal);
  ASSERT_EQ(annulled.status, 200) << annulled.body;
  EXPECT_EQ(tally_after(anyone_, poll, annulled).at("status"), "annulled");
}

TEST_F(PollLife, ALotBreaksATieAndThePollIsCountedAgain) {
  const std::string poll =
      open_poll(staff_, {{"rule", {{"kind", "most_votes"}, {"winners", 1}, {"ties", "lot"}}}});
  registered("dora").put(ballot_of(poll), {{"choices", {"a"}}});
  registered("emil").put(ballot_of(poll), {{"choices", {"b"}}});
  to_poll(staff_, poll, "close");
  ASSERT_EQ(to_poll(staff_, poll, "count").status, 200);
  expect_problem(to_poll(certifier_, poll, "certify"), 409, "tie_unresolved");
  expect_problem(to_poll(staff_, poll, "lot", {{"order", {"b"}}, {"reason", "Drawn."}}), 409,
                 "lot_not_needed");
  const auto drawn = to_poll(staff_, poll, "lot", {{"order", {"b", "a"}}, {"reason", "Drawn in the hall."}});
  ASSERT_EQ(drawn.status, 200) << drawn.body;
  const Json proposal{{"proposal", body_of(drawn).at("position")}};
  expect_problem(to_poll(staff_, poll, "draw", proposal), 403, "same_official");
  ASSERT_EQ(to_poll(certifier_, poll, "draw", proposal).status, 200);
  expect_problem(to_poll(certifier_, poll, "certify"), 409, "count_outdated");
  const auto counted = to_poll(staff_, poll, "count");
  ASSERT_EQ(counted.status, 200) << counted.body;
  EXPECT_EQ(tally_after(anyone_, poll, counted).at("options")[1].at("selected"), true);
  const auto certified = to_poll(certifier_, poll, "certify");
  EXPECT_EQ(certified.status, 200);

  // Both results are there to be read.
  const auto read = [&](const std::string& target) {
    return anyone_.request("GET", "/v1/polls/" + poll + target, {},
                           "Consistency-Token: " + certified.field("Consistency-Token") + "\r\n");
  };
  const Json counts = body_of(read("")).at("counts");
  ASSERT_EQ(counts.size(), 2U);
  const auto result = [&](const Json& count) {
    return body_of(read("/results/" + count.at("position").get<std::string>()));
  };
  EXPECT_EQ(result(counts[0]).at("options")[1].at("outcome"), "tie_unresolved");
  EXPECT_EQ(result(counts[1]).at("options")[1].at("outcome"), "selected");
  EXPECT_EQ(result(counts[1]).at("position"), counts[1].at("position"));
  for (const auto* const none : {"/results/1", "/results/x", "/results/", "/results"})
    expect_problem(read(none), 404, "not_found");
}

TEST_F(PollLife, OptionsAreAddedToDraftsAndWithdrawnFromOpenPolls) {
  const auto project = body_of(staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}})).at("project");
  const auto drafted = staff_.post("/v1/polls", {{"project", project},
                                                 {"title", {{"de", "Was?"}}},
                                                 {"kind", "approval"},
                                                 {"max", 2},
                                                 {"rule", {{"kind", "most_votes"}}}});
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  const std::string poll = body_of(drafted).at("poll");
  expect_problem(to_poll(staff_, poll, "open"), 409, "options_missing");
  const Json more{
      {"options", {{{"id", "x"}, {"title", {{"de", "X"}}}}, {{"id", "y"}, {"title", {{"de", "Y"}}}}}}};
  ASSERT_EQ(to_poll(staff_, poll, "options", more).status, 200);
  expect_problem(to_poll(staff_, poll, "options", more), 409, "option_exists");
  ASSERT_EQ(to_poll(staff_, poll, "open").status, 200);
  expect_problem(to_poll(staff_, poll, "options", more), 409, "poll_not_draft");
  ASSERT_EQ(to_poll(staff_, poll, "options/x/withdraw", {{"reason", "Impossible."}}).status, 200);
  expect_problem(to_poll(staff_, poll, "options/z/withdraw", {{"reason", "Impossible."}}), 404,
                 "option_unknown");
  register_citizen(citizen_);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"x"}}}), 409, "option_withdrawn");
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"q"}}}), 422, "choice_unknown");
  EXPECT_EQ(citizen_.put(ballot_of(poll), {{"choices", {"y"}}}).status, 201);
}

// Takes up to a minute: announced times lie on a grid of that.
TEST_F(PollLife, EndsByItselfWhenItsAnnouncedTimeHasCome) {
  const auto now = std::chrono::system_clock::now();
  const auto closes = std::chrono::ceil<std::chrono::minutes>(now + std::chrono::seconds{2});
  const auto project = body_of(staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}})).at("project");
  const auto drafted = staff_.post(
      "/v1/polls",
      {{"project", project},
       {"title", {{"de", "Was?"}}},
       {"kind", "single"},
       {"rule", {{"kind", "most_votes"}}},
       {"grid_s", 60},
       {"closes", std::string(codec::TimeText(Time(closes)).view())},
       {"options", {{{"id", "a"}, {"title", {{"de", "A"}}}}, {{"id", "b"}, {"title", {{"de", "B"}}}}}}});
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  const std::string poll = body_of(drafted).at("poll");
  ASSERT_EQ(to_poll(staff_, poll, "open", Json::object()).status, 200);
  std::string status;
  while (status != "closed" && std::chrono::system_clock::now() < closes + std::chrono::seconds{20}) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    status = body_of(anyone_.get("/v1/polls/" + poll)).at("status");
  }
  EXPECT_EQ(status, "closed");
  EXPECT_GE(std::chrono::system_clock::now(), closes);
}

TEST_F(PollLife, ProjectsHavePhasesAndClose) {
  const auto opened = staff_.post("/v1/projects", {{"id", "square"}, {"title", {{"de", "Platz"}}}});
  ASSERT_EQ(opened.status, 201) << opened.body;
  expect_problem(staff_.post("/v1/projects", {{"id", "square"}, {"title", {{"de", "Platz"}}}}), 409,
                 "project_exists");
  Json phase{{"id", "ideas"},
             {"title", {{"de", "Ideen"}}},
             {"opens", "2030-01-01T00:00:00Z"},
             {"closes", "2030-02-01T00:00:00Z"}};
  EXPECT_EQ(staff_.post("/v1/projects/square/phases", phase).status, 201);
  expect_problem(staff_.post("/v1/projects/square/phases", phase), 409, "phase_exists");
  EXPECT_EQ(staff_
                .post("/v1/projects/square/phases/ideas/extend",
                      {{"closes", "2030-03-01T00:00:00Z"}, {"reason", "Rain."}})
                .status,
            200);
  const auto closed = staff_.post("/v1/projects/square/close");
  EXPECT_EQ(closed.status, 200);
  const auto shown = anyone_.request("GET", "/v1/projects/square", {},
                                     "Consistency-Token: " + closed.field("Consistency-Token") + "\r\n");
  EXPECT_EQ(body_of(shown).at("status"), "closed");
  phase["id"] = "more";
  expect_problem(staff_.post("/v1/projects/square/phases", phase), 409, "project_closed");
}

TEST_F(PollLife, MilestonesRealiseWhatWasSelected) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto cast = citizen_.put(ballot_of(poll), {{"choices", {"b"}}});
  ASSERT_EQ(cast.status, 201) << cast.body;
  const auto read = [&](const std::string& target, const HttpReply& after) {
    return body_of(anyone_.request("GET", target, {},
                                   "Consistency-Token: " + after.field("Consistency-Token") + "\r\n"));
  };
  const std::string project =
      "/v1/projects/" + read("/v1/polls/" + poll, cast).at("project").get<std::string>();
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto day = [&](int days) {
    return std::string(codec::DayText(today + std::chrono::days{days}).view());
  };
  const auto plan = [&](const std::string& option) {
    return staff_.post(project + "/milestones", {{"id", "benches"},
                                                 {"title", {{"de", "Bänke"}, {"en", "Benches"}}},
                                                 {"due", day(90)},
                                                 {"realises", {{"poll", poll}, {"option", option}}},
                                                 {"machine_translated", {"en"}}});
  };
  const auto report = [&](const Json& what) {
    return staff_.post(project + "/milestones/benches/report", what);
  };

  expect_problem(plan("b"), 409, "option_not_selected");
  ASSERT_EQ(to_poll(staff_, poll, "close").status, 200);
  ASSERT_EQ(to_poll(staff_, poll, "count").status, 200);
  const auto loser = plan("a");
  expect_problem(loser, 409, "option_not_selected");
  EXPECT_EQ(body_of(loser).at("pointer"), "#/realises");
  const auto planned = plan("b");
  ASSERT_EQ(planned.status, 201) << planned.body;

  EXPECT_EQ(staff_.post(project + "/close").status, 200);
  EXPECT_EQ(report({{"status", "begun"}, {"on", day(0)}}).status, 200);
  expect_problem(report({{"status", "done"}, {"on", day(2)}}), 422, "invalid");
  const auto unexplained = report({{"status", "dropped"}, {"on", day(0)}});
  expect_problem(unexplained, 422, "validation_failed");
  EXPECT_EQ(body_of(unexplained).at("errors")[0].at("pointer"), "#/reason");
  expect_problem(report({{"status", "done"}, {"on", "3.5.2026"}}), 422, "validation_failed");
  const auto done = report({{"status", "done"}, {"on", day(0)}, {"text", {{"de", "Alle stehen."}}}});
  ASSERT_EQ(done.status, 200) << done.body;
  expect_problem(report({{"status", "dropped"}, {"on", day(0)}, {"reason", "Rain."}}), 409, "milestone_over");

  const Json benches = read(project, done).at("milestones").at(0);
  EXPECT_EQ(benches.at("status"), "done");
  EXPECT_EQ(benches.at("due"), day(90));
  EXPECT_EQ(benches.at("realises"), Json({{"poll", poll}, {"option", "b"}}));
  EXPECT_EQ(benches.at("machine_translated"), Json::array({"en"}));
  EXPECT_EQ(benches.at("planned").at("position"), body_of(planned).at("position"));
  ASSERT_EQ(benches.at("reports").size(), 2U);
  EXPECT_EQ(benches.at("reports")[0].at("status"), "begun");
  EXPECT_EQ(benches.at("reports")[1].at("on"), day(0));
  EXPECT_EQ(benches.at("reports")[1].at("text").at("de"), "Alle stehen.");
  const Json listed = read("/v1/projects", done).at("items").at(0);
  EXPECT_EQ(listed.at("milestones"), Json({{"done", 1}}));
}

TEST_F(PollLife, ProjectsAreRevised) {
  ASSERT_EQ(staff_.post("/v1/projects", {{"id", "square"}, {"title", {{"de", "Platz"}}}}).status, 201);
  const auto revise = [&](const Json& texts) { return staff_.post("/v1/projects/square/revise", texts); };
  const Json title{{"de", "Marktplatz"}, {"en", "Market square"}};
  expect_problem(revise({{"title", title}, {"machine_translated", {"fr"}}}), 422, "invalid");
  const auto revised = revise({{"title", title}, {"machine_translated", {"en", "de"}}});
  ASSERT_EQ(revised.status, 200) << revised.body;
  const Json shown = body_of(anyone_.request(
      "GET", "/v1/projects/square", {}, "Consistency-Token: " + revised.field("Consistency-Token") + "\r\n"));
  EXPECT_EQ(shown.at("title"), title);
  EXPECT_EQ(shown.at("machine_translated"), Json::array({"de", "en"}));
  EXPECT_EQ(shown.at("revised").at("position"), body_of(revised).at("position"));
}

// ---- eligibility

TEST_F(Eligibility, NeedsARegistration) {
  const std::string poll = open_poll(staff_);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}), 404, "citizen_unknown");
  expect_problem(citizen_.remove(ballot_of(poll)), 404, "citizen_unknown");
}

TEST_F(Eligibility, IsALevelADistrictAndAnAgeBand) {
  auto registrar = engine_.caller("registrar", "rita");
  const Json cells = Json::parse(R"({
    "levels":[{"id":"mail","title":{"de":"Mail"}},{"id":"id","title":{"de":"Ausweis"},"registry_identity":true}],
    "districts":[{"id":"north","title":{"de":"Nord"}},{"id":"south","title":{"de":"Süd"}}],
    "age_bands":[{"id":"adult","born_from":1900,"born_to":2008},{"id":"young","born_from":2009,"born_to":2014}]})");
  ASSERT_EQ(staff_.post("/v1/cells", cells).status, 201);
  expect_problem(staff_.post("/v1/cells", cells), 409, "cell_already_declared");
  const std::string poll = open_poll(
      staff_, {{"electorate", {{"level", "id"}, {"districts", {"north"}}, {"age_bands", {"adult"}}}}});
  const std::string citizen = register_citizen(citizen_);
  const auto vote = [&] { return citizen_.put(ballot_of(poll), {{"choices", {"a"}}}); };
  const auto verify = [&](Json cell) {
    cell["method"] = "desk";
    return registrar.post("/v1/citizens/" + citizen + "/verify", cell);
  };

  expect_problem(vote(), 403, "level_too_low");
  expect_problem(verify({{"level", "none"}}), 422, "level_unknown");
  expect_problem(verify({{"level", "mail"}, {"district", "west"}}), 422, "district_unknown");
  expect_problem(verify({{"level", "mail"}, {"age_band", "old"}}), 422, "age_band_unknown");
  expect_problem(verify({{"level", "id"}}), 422, "registry_identity_required");
  ASSERT_EQ(verify({{"level", "mail"}, {"district", "north"}, {"age_band", "adult"}}).status, 200);
  expect_problem(vote(), 403, "level_too_low");
  const Json person{{"level", "id"}, {"registry_identity", "person-1"}};
  Json south = person;
  south.update({{"district", "south"}, {"age_band", "adult"}});
  ASSERT_EQ(verify(south).status, 200);
  expect_problem(vote(), 403, "district_not_entitled");
  Json young = person;
  young.update({{"district", "north"}, {"age_band", "young"}});
  ASSERT_EQ(verify(young).status, 200);
  expect_problem(vote(), 403, "age_band_not_entitled");
  Json right = person;
  right.update({{"district", "north"}, {"age_band", "adult"}});
  ASSERT_EQ(verify(right).status, 200);
  EXPECT_EQ(vote().status, 201);

  // A second account of the same person reaches no level that is given once.
  auto second = engine_.caller("citizen", "cora-again");
  Json same = right;
  same["method"] = "desk";
  expect_problem(registrar.post("/v1/citizens/" + register_citizen(second) + "/verify", same), 409,
                 "already_registered");
}

TEST_F(Eligibility, EndsWithABlockAndComesBack) {
  auto registrar = engine_.caller("registrar", "rita");
  const std::string poll = open_poll(staff_);
  const std::string citizen = "/v1/citizens/" + register_citizen(citizen_);
  ASSERT_EQ(registrar.post(citizen + "/block", {{"reason", "Two people use it."}}).status, 200);
  expect_problem(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}), 403, "citizen_blocked");
  expect_problem(registrar.post(citizen + "/block"), 403, "citizen_blocked");
  ASSERT_EQ(registrar.post(citizen + "/unblock", {{"reason", "Solved."}}).status, 200);
  expect_problem(registrar.post(citizen + "/unblock"), 409, "citizen_not_blocked");
  EXPECT_EQ(citizen_.put(ballot_of(poll), {{"choices", {"a"}}}).status, 201);
}

TEST_F(Eligibility, RefusalsAreToldInTheLanguageOfTheCaller) {
  const std::string poll = open_poll(staff_);
  const auto german = citizen_.put(ballot_of(poll), {{"choices", {"a"}}});
  EXPECT_EQ(german.field("Content-Language"), "de");
  EXPECT_THAT(german.body, HasSubstr("nicht registriert"));
  const auto english =
      citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", fresh_key(), "Accept-Language: en\r\n");
  EXPECT_EQ(english.field("Content-Language"), "en");
  EXPECT_THAT(english.body, HasSubstr("no such citizen"));
  const auto language_for = [&](const std::string& wish) {
    return citizen_
        .send("PUT", ballot_of(poll), R"({"choices":["a"]})", fresh_key(),
              "Accept-Language: " + wish + "\r\n")
        .field("Content-Language");
  };
  for (const auto* const wish :
       {"en", "EN", "en-GB", "en, de", "en-US,en;q=0.9,de;q=0.8", "de;q=0.5, en;q=0.75", "fr, en;q=0.1",
        "de;q=0.001,en ; q=0.002", "de;q=0, *", "en;q=1.000,de;q=0.999", "*;q=0.1, en;q=0.2"}) {
    EXPECT_EQ(language_for(wish), "en") << wish;
  }
  for (const auto* const wish :
       {"de", "", "*", "fr", "de, en", "de-AT", "en;q=0.8, de", "en;q=0.8,de-CH;q=0.9", "en;q=0", "fr-en",
        "den, en;q=0", "en;q=0.5, *", "en;q=2, de;q=0.1", "en;q=, de;q=0.1", "en;level=1", ",;,;q=1,",
        "en;q=0.1234, de;q=0.001"}) {
    EXPECT_EQ(language_for(wish), "de") << wish;
  }
}

// ---- repeats

TEST_F(Idempotency, ARepeatGetsTheAnswerOfTheFirstAndChangesNothing) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto key = fresh_key();
  const auto first = citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key);
  ASSERT_EQ(first.status, 201);
  EXPECT_FALSE(first.has_field("Idempotency-Replayed"));
  const auto head = head_of(engine_.endpoints());
  // Written differently, it says the same.
  const auto repeat = citizen_.send("PUT", ballot_of(poll), R"( { "choices" : [ "a" ] } )", key);
  EXPECT_EQ(repeat.status, 201) << repeat.body;
  EXPECT_EQ(repeat.field("Idempotency-Replayed"), "true");
  Json expected = body_of(first);
  expected["replayed"] = true;
  EXPECT_EQ(body_of(repeat), expected);
  EXPECT_EQ(repeat.field("Consistency-Token"), first.field("Consistency-Token"));
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Idempotency, HoldsAfterARestartAndAfterLaterCommands) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto key = fresh_key();
  const auto first = citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key);
  citizen_.put(ballot_of(poll), {{"choices", {"b"}}});
  engine_.stop();
  engine_.start();
  auto again = engine_.caller("citizen", "cora");
  const auto head = head_of(engine_.endpoints());
  const auto repeat = again.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key);
  EXPECT_EQ(repeat.status, 201) << repeat.body;
  EXPECT_EQ(repeat.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(body_of(repeat).at("position"), body_of(first).at("position"));
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Idempotency, EveryKindOfCommandCanBeRepeated) {
  const auto twice = [](Caller& who, std::string_view target, std::string_view body) {
    const auto key = fresh_key();
    const auto first = who.send("POST", target, body, key);
    EXPECT_LT(first.status, 300) << target << first.body;
    const auto second = who.send("POST", target, body, key);
    EXPECT_EQ(second.status, first.status) << target << second.body;
    EXPECT_EQ(second.field("Idempotency-Replayed"), "true") << target;
    Json expected = body_of(first);
    expected["replayed"] = true;
    EXPECT_EQ(body_of(second), expected) << target;
    return body_of(first);
  };
  twice(citizen_, "/v1/citizens", R"({"name":"Cora"})");
  const std::string project =
      twice(staff_, "/v1/projects", R"({"title":{"de":"Park"}})").at("project").get<std::string>();
  const std::string poll =
      twice(staff_, "/v1/polls",
            R"({"project":")" + project +
                R"(","title":{"de":"Was?"},"description":"Lang.","kind":"single","rule":{"kind":"most_votes"},
                   "options":[{"id":"a","title":{"de":"A"}},{"id":"b","title":{"de":"B"}}]})")
          .at("poll")
          .get<std::string>();
  twice(staff_, "/v1/polls/" + poll + "/open", "");
  twice(staff_, "/v1/polls/" + poll + "/options/a/withdraw", R"({"reason":"Nein."})");
  twice(staff_, "/v1/polls/" + poll + "/close", "");
  twice(staff_, "/v1/polls/" + poll + "/count", "");
  twice(certifier_, "/v1/polls/" + poll + "/certify", "");
  twice(staff_, "/v1/projects/" + project + "/close", "");
}

TEST_F(Idempotency, OtherContentUnderTheSameKeyIsRefused) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto key = fresh_key();
  citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key);
  const auto head = head_of(engine_.endpoints());
  expect_problem(citizen_.send("PUT", ballot_of(poll), R"({"choices":["b"]})", key), 422,
                 "idempotency_key_reused");
  expect_problem(citizen_.send("DELETE", ballot_of(poll), "", key), 422, "idempotency_key_reused");
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Idempotency, TheSameKeyOnAnotherPollOrOfAnotherPersonIsAnotherCommand) {
  const std::string one = open_poll(staff_);
  const std::string other = open_poll(staff_);
  register_citizen(citizen_);
  auto dora = registered("dora");
  const auto key = fresh_key();
  EXPECT_EQ(citizen_.send("PUT", ballot_of(one), R"({"choices":["a"]})", key).status, 201);
  EXPECT_EQ(citizen_.send("PUT", ballot_of(other), R"({"choices":["b"]})", key).status, 201);
  EXPECT_EQ(dora.send("PUT", ballot_of(one), R"({"choices":["b"]})", key).status, 201);
}

TEST_F(Idempotency, ARefusalIsDecidedAnew) {
  const std::string poll = open_poll(staff_);
  const auto key = fresh_key();
  expect_problem(citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key), 404, "citizen_unknown");
  register_citizen(citizen_);
  EXPECT_EQ(citizen_.send("PUT", ballot_of(poll), R"({"choices":["a"]})", key).status, 201);
}

TEST_F(Idempotency, NeedsOneWellFormedKey) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto head = head_of(engine_.endpoints());
  const auto with = [&](std::string_view lines) {
    return citizen_.request("PUT", ballot_of(poll), R"({"choices":["a"]})",
                            "Content-Type: application/json\r\n" + std::string(lines));
  };
  expect_problem(with(""), 400, "idempotency_key_missing");
  expect_problem(with("Idempotency-Key: \"short\"\r\n"), 400, "invalid_header");
  expect_problem(with("Idempotency-Key: \"" + std::string(129, 'k') + "\"\r\n"), 400, "invalid_header");
  expect_problem(with("Idempotency-Key: \"with spaces in the key\"\r\n"), 400, "invalid_header");
  expect_problem(with("Idempotency-Key: \"0123456789abcdef\r\n"), 400, "invalid_header");
  expect_problem(with("Idempotency-Key:\r\n"), 400, "invalid_header");
  expect_problem(with(key_line("0123456789abcdef0") + key_line("0123456789abcdef0")), 400, "invalid_header");
  EXPECT_EQ(head_of(engine_.endpoints()), head);
  EXPECT_EQ(with("Idempotency-Key: 0123456789abcdef\r\n").status, 201);
  EXPECT_EQ(with("Idempotency-Key: \"0123456789abcdef\"\r\n").field("Idempotency-Replayed"), "true");
}

TEST_F(Idempotency, RegistrationsAtTheSameTimeMakeOneCitizen) {
  constexpr int connections = 8;
  std::vector<Caller> callers;
  for (int i = 0; i < connections; ++i) callers.push_back(engine_.caller("citizen", "twin"));
  std::vector<std::future<HttpReply>> replies;
  for (auto& caller : callers) {
    replies.push_back(std::async(std::launch::async, [&] { return caller.post("/v1/citizens"); }));
  }
  for (auto& reply : replies) reply.wait();
  const auto known = callers[0].get("/v1/me");
  ASSERT_EQ(known.status, 200) << known.body;
  int registrations = 0;
  for (const Json& record : records_of(engine_.endpoints())) {
    if (record.at("type") == "citizen.registered.v1") ++registrations;
  }
  EXPECT_EQ(registrations, 1);
}

// ---- conditional requests

TEST_F(ConditionalRequests, AnUnchangedDocumentIsNotSentAgain) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto cast = citizen_.put(ballot_of(poll), {{"choices", {"a"}}});
  tally_after(anyone_, poll, cast);
  for (const auto& target : std::vector<std::string>{
           "/v1/polls/" + poll + "/tally", "/v1/polls/" + poll, "/v1/polls/" + poll + "/turnout",
           std::string("/v1/polls"), std::string("/v1/projects"), std::string("/v1/figures")}) {
    const auto first =
        anyone_.request("GET", target, {}, "Consistency-Token: " + cast.field("Consistency-Token") + "\r\n");
    ASSERT_EQ(first.status, 200) << target;
    EXPECT_THAT(first.field("Cache-Control"), HasSubstr("max-age=5")) << target;
    const auto etag = first.field("ETag");
    ASSERT_THAT(etag, AllOf(StartsWith("\""), ::testing::EndsWith("\""))) << target;
    for (const std::string& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
      const auto second = anyone_.request("GET", target, {}, "If-None-Match: " + known + "\r\n");
      EXPECT_EQ(second.status, 304) << target << known;
      EXPECT_EQ(second.field("ETag"), etag) << target;
      EXPECT_TRUE(second.body.empty());
    }
    EXPECT_EQ(anyone_.request("GET", target, {}, "If-None-Match: \"other\"\r\n").status, 200);
  }
  const auto before = anyone_.get("/v1/polls/" + poll + "/tally").field("ETag");
  tally_after(anyone_, poll, citizen_.put(ballot_of(poll), {{"choices", {"b"}}}));
  const auto after =
      anyone_.request("GET", "/v1/polls/" + poll + "/tally", {}, "If-None-Match: " + before + "\r\n");
  EXPECT_EQ(after.status, 200);
  EXPECT_NE(after.field("ETag"), before);
}

TEST_F(ConditionalRequests, ACommandForAnotherRevisionIsRefused) {
  const std::string poll = open_poll(staff_);
  const auto head = head_of(engine_.endpoints());
  const auto close = [&](std::string_view revision) {
    return staff_.send("POST", "/v1/polls/" + poll + "/close", "", fresh_key(),
                       "If-Match: " + std::string(revision) + "\r\n");
  };
  expect_problem(close("\"0\""), 412, "precondition_failed");
  expect_problem(close("99999999999999"), 412, "precondition_failed");
  for (const auto* const malformed :
       {"\"x\"", "x", "", "\"\"", "\"", "*", "-1", "W/\"3\"", "\"3\", \"4\"", "\"3\"\r\nIf-Match: \"3\""})
    expect_problem(close(malformed), 400, "invalid_header");
  EXPECT_EQ(head_of(engine_.endpoints()), head);
  // Drafted, options added, opened, options fixed.
  EXPECT_EQ(close("\"3\"").status, 200);
}

// ---- reading one's own writes

std::string token_of(std::string_view plain) {
  return "v1." + to_base64url(std::as_bytes(std::span(plain)));
}

TEST_F(ConsistencyToken, AReadShowsWhatItsTokenNames) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  for (const auto& choice : std::vector<std::string>{"a", "b", "c", "a", "b", "c"}) {
    const auto cast = citizen_.put(ballot_of(poll), {{"choices", {choice}}});
    const auto read = anyone_.get("/v1/polls/" + poll + "/tally?at_least=" + cast.field("Consistency-Token"));
    ASSERT_EQ(read.status, 200) << read.body;
    const std::size_t index = static_cast<std::size_t>(choice[0] - 'a');
    EXPECT_EQ(body_of(read).at("options")[index].at("votes"), 1);
    EXPECT_TRUE(read.has_field("Projection-Lag"));
    EXPECT_TRUE(read.has_field("Consistency-Token"));
  }
}

TEST_F(ConsistencyToken, AForeignOrImpossibleTokenIsRefused) {
  const std::string poll = open_poll(staff_);
  const Json about = body_of(engine_.endpoints().connect_admin().get("/admin/ledger"));
  const auto ledger = about.at("ledger").get<std::string>();
  const auto read = [&](const std::string& token) {
    return anyone_.request("GET", "/v1/polls/" + poll + "/tally", {}, "Consistency-Token: " + token + "\r\n");
  };
  // Waits until the poll is there to be read.
  EXPECT_EQ(read(token_of(ledger + ".1." + about.at("head").get<std::string>())).status, 200);
  expect_problem(read(token_of(ledger + ".1.999999")), 409, "position_ahead_of_log");
  expect_problem(read(token_of(ledger + ".1.18446744073709551615")), 409, "position_ahead_of_log");
  expect_problem(read(token_of("elsewhere.1.1")), 410, "log_identity_changed");
  expect_problem(read(token_of(ledger + ".2.1")), 410, "log_identity_changed");
  for (const std::string& malformed :
       {std::string("v1."), std::string("v2.abc"), std::string("v1.!!!!"), std::string("x"), token_of(""),
        token_of(".."), token_of(ledger), token_of(ledger + ".1"), token_of(ledger + ".1.-1"),
        token_of(ledger + ".1.99999999999999999999"), token_of(ledger + ".1.1 "), std::string(5000, 'v')}) {
    expect_problem(read(malformed), 400, "invalid_header");
  }
  expect_problem(anyone_.get("/v1/polls?at_least=x"), 400, "invalid_header");
}

// ---- lists

TEST_F(Requests, ListsComeInPagesWithoutHoleOrDuplicate) {
  std::vector<std::string> drafted;
  for (int i = 0; i < 7; ++i) drafted.push_back(open_poll(staff_));
  const auto last = staff_.post("/v1/projects", {{"title", {{"de", "Ende"}}}});
  std::vector<std::string> seen;
  std::string next;
  do {
    const auto page = anyone_.request("GET", "/v1/polls?limit=3" + (next.empty() ? "" : "&cursor=" + next),
                                      {}, "Consistency-Token: " + last.field("Consistency-Token") + "\r\n");
    ASSERT_EQ(page.status, 200) << page.body;
    const Json list = body_of(page);
    EXPECT_LE(list.at("items").size(), 3U);
    for (const Json& item : list.at("items")) seen.push_back(item.at("poll"));
    next = list.at("next").is_null() ? "" : list.at("next").get<std::string>();
  } while (!next.empty() && seen.size() < 20);
  std::ranges::reverse(seen);
  EXPECT_EQ(seen, drafted);  // newest first

  const Json first = body_of(anyone_.get("/v1/polls/" + drafted[2]));
  const Json of_project = body_of(anyone_.get("/v1/polls?project=" + first.at("project").get<std::string>()));
  ASSERT_EQ(of_project.at("items").size(), 1U);
  EXPECT_EQ(of_project.at("items")[0].at("poll"), drafted[2]);
}

TEST_F(Requests, QueriesThatMakeNoSenseAreRefused) {
  for (const auto* const target : {"/v1/polls?limit=x", "/v1/polls?limit=-1", "/v1/polls?limit=",
                                   "/v1/polls?limit=0", "/v1/polls?limit=1.5", "/v1/polls?cursor=%21%21",
                                   "/v1/polls?project=a%20b", "/v1/projects?limit=99999999999999999999"}) {
    expect_problem(anyone_.get(target), 400, "malformed_request");
  }
  auto auditor = engine_.caller("auditor", "otto");
  expect_problem(auditor.get("/v1/events?after=x"), 400, "malformed_request");
  expect_problem(auditor.get("/v1/events?limit=0"), 400, "malformed_request");
  // Who asks for more than there is in a page gets a page.
  EXPECT_EQ(anyone_.get("/v1/polls?limit=501").status, 200);
  // Behind the end there is nothing.
  for (const auto* const target : {"/v1/events?after=18446744073709551615", "/v1/events?after=999999"}) {
    const auto reply = auditor.get(target);
    EXPECT_EQ(reply.status, 200) << target;
    EXPECT_EQ(reply.body, "") << target;
  }
}

TEST_F(Requests, RecordsComeAsStored) {
  auto auditor = engine_.caller("auditor", "otto");
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_, {{"name", "Cora"}});
  const auto reply = auditor.get("/v1/events");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(lines_of(reply), records_of(engine_.endpoints()));
  const auto middle = lines_of(auditor.get("/v1/events?after=2&limit=2"));
  ASSERT_EQ(middle.size(), 2U);
  EXPECT_EQ(middle[0].at("sequence"), "00000000000000000003");
}

TEST_F(Requests, AnAuditTrailTellsEachSubject) {
  auto auditor = engine_.caller("auditor", "otto");
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  const auto cast = citizen_.put(ballot_of(poll), {{"choices", {"a"}}});
  const auto ballot = body_of(cast).at("ballot").get<std::string>();
  const auto trail = auditor.get("/v1/audit/" + ballot);
  ASSERT_EQ(trail.status, 200) << trail.body;
  EXPECT_EQ(body_of(trail).at("subject"), ballot);
  EXPECT_EQ(body_of(trail).at("entries").size(), 1U);
  EXPECT_EQ(auditor.get("/v1/audit/poll/" + poll).status, 200);
  expect_problem(auditor.get("/v1/audit/poll/none"), 404, "not_found");
  expect_problem(auditor.get("/v1/audit/nonsense"), 404, "not_found");
  expect_problem(auditor.get("/v1/audit/ballot/" + poll), 404, "not_found");
}

// ---- methods, paths, types

TEST_F(Requests, HeadAnswersLikeGetWithoutABody) {
  const std::string poll = open_poll(staff_);
  tally_after(anyone_, poll, to_poll(staff_, poll, "close"));
  for (const auto& target :
       std::vector<std::string>{"/v1/polls/" + poll + "/tally", std::string("/v1/polls"),
                                std::string("/openapi.json"), std::string("/problems/poll_closed")}) {
    const auto got = anyone_.get(target);
    const auto head = anyone_.request("HEAD", target);
    EXPECT_EQ(head.status, 200) << target;
    EXPECT_EQ(head.field("ETag"), got.field("ETag"));
    EXPECT_EQ(head.field("Content-Length"), got.field("Content-Length")) << target;
    EXPECT_EQ(head.field("Content-Type"), got.field("Content-Type"));
  }
}

TEST_F(Requests, UnknownPathsAndMethodsAreTold) {
  for (const auto* const target : {"/", "/v1", "/v1/", "/v1/nothing", "/v1/polls/", "/v1/polls/x/y/z",
                                   "/v1/polls//tally", "/admin/ledger", "/admin/tokens", "/metrics"}) {
    expect_problem(anyone_.get(target), 404, "not_found");
  }
  for (const auto* const target : {"/v1/polls/none", "/v1/polls/none/tally", "/v1/projects/none",
                                   "/v1/polls/no%20id/tally", "/problems/none"}) {
    expect_problem(anyone_.get(target), 404, "not_found");
  }
  const auto wrong = anyone_.request("DELETE", "/v1/polls/x/tally");
  expect_problem(wrong, 405, "method_not_allowed");
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD");
  EXPECT_EQ(anyone_.request("PUT", "/v1/polls", "{}", "Content-Type: application/json\r\n").field("Allow"),
            "POST, GET, HEAD");
  EXPECT_EQ(anyone_.get("/v1/polls/x/ballot").field("Allow"), "PUT, DELETE");
}

TEST_F(Requests, ABodyOfAnotherTypeIsRefused) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  for (const auto* const type : {"", "Content-Type: text/plain\r\n", "Content-Type: application/x-ndjson\r\n",
                                 "Content-Type: application/jsonp\r\n"}) {
    expect_problem(
        citizen_.request("PUT", ballot_of(poll), R"({"choices":["a"]})", key_line(fresh_key()) + type), 415,
        "unsupported_media_type");
  }
  auto importer = engine_.caller("operator", "ole");
  expect_problem(importer.request("POST", "/v1/commands", "{}", "Content-Type: application/json\r\n"), 415,
                 "unsupported_media_type");
  EXPECT_EQ(citizen_
                .request("PUT", ballot_of(poll), R"({"choices":["a"]})",
                         key_line(fresh_key()) + "Content-Type: Application/JSON; charset=utf-8\r\n")
                .status,
            201);
}

struct BadBody {
  std::string body;
  int status;
  std::string code;
};

TEST_F(Requests, ABadBodyIsAProblemAndChangesNothing) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += R"({"a":)";
  deep += "1" + std::string(40, '}');
  const std::vector<BadBody> votes{
      {"", 400, "malformed_request"},
      {"{", 400, "malformed_request"},
      {"[]", 400, "malformed_request"},
      {"1", 400, "malformed_request"},
      {R"("a")", 400, "malformed_request"},
      {R"({"choices":["a"]} x)", 400, "malformed_request"},
      {R"({"choices":["a"]}{"choices":["b"]})", 400, "malformed_request"},
      {R"({"choices":["a"],"choices":["b"]})", 400, "malformed_request"},
      {R"({"choices":["a"],"\u0063hoices":["b"]})", 400, "malformed_request"},
      {R"({"choices":null})", 400, "malformed_request"},
      {R"({"choices":{"a":1.0}})", 400, "malformed_request"},
      {R"({"choices":{"a":1e3}})", 400, "malformed_request"},
      {R"({"choices":{"a":9007199254740993}})", 400, "malformed_request"},
      {R"({"choices":{"a":-9007199254740993}})", 400, "malformed_request"},
      {R"({"choices":{"a":99999999999999999999999}})", 400, "malformed_request"},
      {R"({"choices":{"a":NaN}})", 400, "malformed_request"},
      {R"({"choices":["a",]})", 400, "malformed_request"},
      {R"({"choices":["a"] /* why */})", 400, "malformed_request"},
      {"\xEF\xBB\xBF{\"choices\":[\"a\"]}\xFF", 400, "malformed_request"},
      {"{\"choices\":[\"\xFF\"]}", 400, "malformed_request"},
      {"{\"choices\":[\"\xC0\xAF\"]}", 400, "malformed_request"},
      {"{\"choices\":[\"\xED\xA0\x80\"]}", 400, "malformed_request"},
      {R"({"choices":["\ud800"]})", 400, "malformed_request"},
      {std::string("{\"choices\":[\"a\"]\0}", 18), 400, "malformed_request"},
      {deep, 400, "malformed_request"},
      {std::string(60'000, '['), 400, "malformed_request"},
      {"{}", 422, "validation_failed"},
      {R"({"choice":["a"]})", 422, "validation_failed"},
      {R"({"choices":["a"],"voter":"dora"})", 422, "validation_failed"},
      {R"({"choices":"a"})", 422, "validation_failed"},
      {R"({"choices":[1]})", 422, "validation_failed"},
      {R"({"choices":[["a"]]})", 422, "validation_failed"},
      {R"({"choices":["a b"]})", 422, "validation_failed"},
      {R"({"choices":["\u0000"]})", 422, "validation_failed"},
      {R"({"choices":{"a":"1"}})", 422, "validation_failed"},
      {R"({"choices":{"a":0}})", 422, "validation_failed"},
      {R"({"choices":{"a":-1}})", 422, "validation_failed"},
      {R"({"choices":{"a":4294967297}})", 422, "validation_failed"},
      {R"({"choices":{"a":1}})", 422, "points_invalid"},
      {R"({"choices":["a","b"]})", 422, "choices_too_many"},
      {R"({"choices":["nothing"]})", 422, "choice_unknown"},
  };
  const auto head = head_of(engine_.endpoints());
  for (const BadBody& bad : votes) {
    SCOPED_TRACE(bad.body.substr(0, 80));
    const auto reply = citizen_.request("PUT", ballot_of(poll), bad.body,
                                        key_line(fresh_key()) + "Content-Type: application/json\r\n");
    expect_problem(reply, bad.status, bad.code);
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Requests, ABadDraftNamesEachPlace) {
  const auto project = body_of(staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}})).at("project");
  const auto head = head_of(engine_.endpoints());
  const auto reply =
      staff_.post("/v1/polls", {{"project", project},
                                {"title", "Was?"},
                                {"kind", "sole"},
                                {"rule", {{"kind", "most_votes"}, {"winner", 2}}},
                                {"closes", "tomorrow"},
                                {"options", {{{"id", "a b"}, {"title", {{"de", "A"}}}, {"cost", "1"}}, 7}}});
  expect_problem(reply, 422, "validation_failed");
  std::set<std::string> places;
  const Json problem = body_of(reply);
  for (const Json& error : problem.at("errors")) places.insert(error.at("pointer"));
  EXPECT_EQ(places, (std::set<std::string>{"#/title", "#/kind", "#/rule/winner", "#/closes", "#/options/0/id",
                                           "#/options/0/cost", "#/options/1"}));
  for (const auto& draft : std::vector<Json>{
           {{"title", Json::object()}},
           {{"title", {{"deutsch", "Was?"}}}},
           {{"max", 0}},
           {{"max", 2000000000}},
           {{"grid_s", 1}},
           {{"live_step", 0}},
           {{"currency", "euro"}},
           {{"rule", {{"kind", "most_votes"}, {"winners", -1}}}},
           {{"rule", {{"kind", "greedy_skip"}}}},
           {{"electorate", {{"level", "unknown"}}}},
           {{"imported", true}},
           {{"options",
             {{{"id", "a"}, {"title", {{"de", "A"}}}}, {{"id", "a"}, {"title", {{"de", "A"}}}}}}}}) {
    Json body{{"project", project},
              {"title", {{"de", "Was?"}}},
              {"kind", "single"},
              {"rule", {{"kind", "most_votes"}}}};
    body.update(draft);
    const auto refused = staff_.post("/v1/polls", body);
    EXPECT_GE(refused.status, 400) << draft;
    EXPECT_LT(refused.status, 500) << draft;
    EXPECT_FALSE(code_of(refused).empty());
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Requests, ATooLargeBodyIsRefusedAndChangesNothing) {
  const auto head = head_of(engine_.endpoints());
  auto big = engine_.caller("staff", "anna");
  const auto reply = big.send("POST", "/v1/projects", std::string(65'537, ' '), fresh_key());
  expect_problem(reply, 413, "body_too_large");
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

// ---- the operator's interface

TEST(Quota, BoundsTheCommandsOfEachPersonInAMinute) {
  EngineUnderTest engine(ledger::Purpose::demo,
                         [](program::EngineOptions& options) { options.commands_per_minute = 2; });
  auto staff = engine.caller("staff", "anna");
  const Json project{{"title", {{"de", "Park"}}}};
  EXPECT_EQ(staff.post("/v1/projects", project).status, 201);
  EXPECT_EQ(staff.post("/v1/projects", project).status, 201);
  const auto head = head_of(engine.endpoints());
  const auto refused = staff.post("/v1/projects", project);
  expect_problem(refused, 429, "quota_exceeded");
  EXPECT_EQ(refused.field("RateLimit-Policy"), R"("command";q=2;w=60)");
  EXPECT_THAT(refused.field("RateLimit"), StartsWith(R"("command";r=0;t=)"));
  const auto wait = std::stoi(refused.field("RateLimit").substr(16));
  EXPECT_GT(wait, 0);
  EXPECT_LE(wait, 30);
  EXPECT_GE(std::stoi(refused.field("Retry-After")), wait);
  EXPECT_EQ(body_of(refused).at("violated-policies"), Json({"command"}));
  EXPECT_EQ(head_of(engine.endpoints()), head);
  // Nobody else waits, and everybody may read.
  EXPECT_EQ(engine.caller("staff", "otto").post("/v1/projects", project).status, 201);
  EXPECT_EQ(staff.get("/v1/projects").status, 200);
}

TEST_F(Requests, TheOperatorsSocketRefusesWhatItDoesNotKnow) {
  auto admin = engine_.endpoints().connect_admin();
  EXPECT_EQ(admin.request("POST", "/admin/projections").status, 404);
  EXPECT_EQ(admin.request("POST", "/admin/projections/").status, 404);
  EXPECT_EQ(admin.request("POST", "/admin/projectionstally/rebuild").status, 404);
  EXPECT_EQ(admin.request("POST", "/admin/projections/none/rebuild").status, 404);
  EXPECT_EQ(admin.request("POST", "/admin/tokens", R"({"role":"king","subject":"x"})").status, 422);
  EXPECT_EQ(admin.request("POST", "/admin/tokens", R"({"role":"staff","subject":""})").status, 422);
  EXPECT_EQ(admin.request("POST", "/admin/tokens", R"({"role":"staff","subject":"x","ttl_s":0})").status,
            422);
  EXPECT_EQ(
      admin.request("POST", "/admin/tokens", R"({"role":"staff","subject":"x","ttl_s":9007199254740991})")
          .status,
      422);
  EXPECT_EQ(admin.get("/admin/records?after=x").status, 400);
  EXPECT_EQ(admin.get("/readyz").status, 200);
}

// ---- personal texts

TEST_F(PersonalTexts, AreShownToTheirOwnerAndChange) {
  register_citizen(citizen_, {{"name", "Cora Claasen"}, {"email", "cora@example.org"}});
  auto me = body_of(citizen_.get("/v1/me"));
  EXPECT_EQ(me.at("texts"), Json::parse(R"({"name":"Cora Claasen","email":"cora@example.org"})"));
  EXPECT_EQ(me.at("blocked"), false);
  const auto changed = citizen_.send("PATCH", "/v1/me", R"({"email":"c@example.org"})", fresh_key());
  ASSERT_EQ(changed.status, 200) << changed.body;
  me = body_of(citizen_.get("/v1/me"));
  EXPECT_EQ(me.at("texts"), Json::parse(R"({"name":"Cora Claasen","email":"c@example.org"})"));
  auto stranger = engine_.caller("citizen", "dora");
  expect_problem(stranger.get("/v1/me"), 404, "not_found");
  expect_problem(stranger.send("PATCH", "/v1/me", R"({"email":"d@example.org"})", fresh_key()), 404,
                 "citizen_unknown");
}

TEST_F(PersonalTexts, APollsDescriptionComesFromTheVault) {
  const std::string poll = open_poll(staff_, {{"description", "Ein \"langer\" Text\nmit Zeilen."}});
  const auto shown = anyone_.request(
      "GET", "/v1/polls/" + poll, {},
      "Consistency-Token: " + to_poll(staff_, poll, "close").field("Consistency-Token") + "\r\n");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(body_of(shown).at("description"), "Ein \"langer\" Text\nmit Zeilen.");
}

TEST_F(PersonalTexts, DescriptionsOfOptionsComeFromTheVaultByLanguageOrNot) {
  const Json by_language{{"de", "Mit Käse"}, {"en", "With cheese"}};
  const auto option = [](std::string_view id, const Json& description) {
    Json made{{"id", id}, {"title", {{"de", "Titel"}}}};
    if (!description.is_null()) made["description"] = description;
    return made;
  };
  const auto project = body_of(staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}})).at("project");
  const Json draft{{"project", project},
                   {"title", {{"de", "Was?"}}},
                   {"description", by_language},
                   {"kind", "single"},
                   {"rule", {{"kind", "most_votes"}}},
                   {"options", {option("a", by_language), option("b", "Ohne"), option("c", {})}}};
  const auto drafted = staff_.post("/v1/polls", draft);
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  const std::string poll = body_of(drafted).at("poll");
  const auto key = fresh_key();
  const auto add = [&](const Json& description) {
    return staff_.send("POST", "/v1/polls/" + poll + "/options",
                       Json{{"options", {option("d", description)}}}.dump(), key);
  };
  EXPECT_EQ(add({{"de", ""}}).status, 422);
  EXPECT_EQ(add(Json::object()).status, 422);
  EXPECT_EQ(add(7).status, 422);
  expect_problem(add({{"deutsch", "Später"}}), 422, "invalid");
  const auto added = add({{"de", "Später"}});
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(add({{"de", "Später"}}).field("Idempotency-Replayed"), "true");
  expect_problem(add({{"de", "Anders"}}), 422, "idempotency_key_reused");

  const auto opened = to_poll(staff_, poll, "open");
  ASSERT_EQ(opened.status, 200) << opened.body;
  const Json shown = body_of(anyone_.request(
      "GET", "/v1/polls/" + poll, {}, "Consistency-Token: " + opened.field("Consistency-Token") + "\r\n"));
  EXPECT_EQ(shown.at("description"), by_language);
  const Json& options = shown.at("options");
  ASSERT_EQ(options.size(), 4U);
  EXPECT_EQ(options[0].at("description"), by_language);
  EXPECT_EQ(options[1].at("description"), "Ohne");
  EXPECT_FALSE(options[2].contains("description"));
  EXPECT_EQ(options[3].at("description"), Json({{"de", "Später"}}));
  for (const Json& record : records_of(engine_.endpoints()))
    EXPECT_THAT(record.dump(), ::testing::Not(HasSubstr("cheese")));
}

}  // namespace
}  // namespace stimmbuch::test
