// Surveys over HTTP: who answers what, what is published, and what nobody can tell.
#include <chrono>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "participation.hpp"

namespace stimmbuch::test {
namespace {

class Surveys : public Participation {
 protected:
  Surveys() {
    register_citizen(cora, {{"name", "Cora"}});
    register_citizen(carl, {{"name", "Carl"}});
  }

  // A survey with a question of most kinds; one is put to those who come by bike only.
  void open_survey(const Json& members = Json::object(), const Json& phase = Json::object()) {
    Json phase_members{{"features", {"answer"}}};
    phase_members.update(phase);
    open_project(false, phase_members);
    Json draft = Json::parse(R"({"id":"traffic","project":"park","phase":"ideas","title":{"de":"Verkehr"},
      "least":2,"questions":[
      {"id":"way","kind":"multiple","title":{"de":"Womit?"},"required":true,"other":true,"options":[
        {"id":"foot","title":{"de":"Zu Fuß"}},{"id":"bike","title":{"de":"Rad"}}]},
      {"id":"lane","kind":"rating","title":{"de":"Der Radweg?"},"from":1,"to":5,
       "shown_if":[{"question":"way","any_of":["bike"]}]},
      {"id":"why","kind":"long_text","title":{"de":"Warum?"},
       "shown_if":[{"question":"way","any_of":["bike"]}]},
      {"id":"when","kind":"matrix","title":{"de":"Wann?"},"options":[{"id":"often","title":{"de":"Oft"}}],
       "rows":[{"id":"summer","title":{"de":"Sommer"}}]},
      {"id":"age","kind":"number","title":{"de":"Wie alt?"}},
      {"id":"since","kind":"date","title":{"de":"Seit wann?"}},
      {"id":"where","kind":"point","title":{"de":"Wo?"}},
      {"id":"route","kind":"line","title":{"de":"Welcher Weg?"}},
      {"id":"area","kind":"polygon","title":{"de":"Welche Gegend?"}}]})");
    draft.update(members);
    const auto drafted = staff.post("/v1/surveys", draft);
    ASSERT_EQ(drafted.status, 201) << drafted.body;
    const auto opened = remember(staff.post("/v1/surveys/traffic/open"));
    ASSERT_EQ(opened.status, 200) << opened.body;
  }

  HttpReply answer(Caller& who, const std::string& body) {
    return remember(who.put("/v1/surveys/traffic/answers", Json::parse(body)));
  }
  HttpReply withdraw(Caller& who) { return remember(who.remove("/v1/surveys/traffic/answers")); }
  void close() {
    const auto closed = remember(staff.post("/v1/surveys/traffic/close", {{"reason", "Enough."}}));
    ASSERT_EQ(closed.status, 200) << closed.body;
  }
  Json results() { return body_of(read("/v1/surveys/traffic/results")); }
  Json result_of(const std::string& question) {
    const Json all = results();
    for (const Json& one : all.at("questions"))
      if (one.at("id") == question) return one;
    return {};
  }
  Json own(Caller& who) { return body_of(read_as(who, "/v1/me/answers?survey=traffic")); }
  Json texts(const std::string& question) {
    return body_of(read_as(staff, "/v1/surveys/traffic/texts?question=" + question)).at("items");
  }
  HttpReply remember(HttpReply reply) {
    if (reply.status < 300) last_ = reply.field("Consistency-Token");
    return reply;
  }
};

TEST_F(Surveys, TakeOneSetOfAnswersThatCanBeChanged) {
  open_survey();
  const auto everything = R"({"answers":{"way":["bike","other"],"lane":4,"why":"It is fast.",
    "when":{"summer":"often"},"age":42.5,"since":"2020-02-29","where":{"type":"Point","coordinates":[13.4,52.5]},
    "route":{"type":"LineString","coordinates":[[13.4,52.5],[13.5,52.5]]},
    "area":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}},"other":{"way":"By boat"}})";
  const auto given = answer(cora, everything);
  ASSERT_EQ(given.status, 201) << given.body;
  const auto shown = own(cora);
  const auto sent = Json::parse(everything);
  EXPECT_EQ(shown.at("answers"), sent.at("answers"));
  EXPECT_EQ(shown.at("other"), sent.at("other"));
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["foot"]}})").status, 200);
  EXPECT_EQ(own(cora).at("answers"), Json::parse(R"({"way":["foot"]})"));
  EXPECT_EQ(results().at("respondents"), 1);
  ASSERT_EQ(withdraw(cora).status, 200);
  EXPECT_EQ(code_of(withdraw(cora)), "no_answers_to_withdraw");
  EXPECT_EQ(results().at("respondents"), 0);
  EXPECT_FALSE(own(cora).contains("answers"));
  EXPECT_EQ(answer(staff, R"({"answers":{"way":["foot"]}})").status, 403);
}

TEST_F(Surveys, SayWhatTheyDropBecauseOfAnotherAnswer) {
  open_survey();
  const auto given = answer(cora, R"({"answers":{"way":["foot"],"lane":4,"why":"A secret."}})");
  ASSERT_EQ(given.status, 201) << given.body;
  EXPECT_EQ(body_of(given).at("dropped"), Json::parse(R"(["lane","why"])"));
  EXPECT_EQ(own(cora).at("answers"), Json::parse(R"({"way":["foot"]})"));
  EXPECT_EQ(own(cora).at("dropped"), Json::parse(R"(["lane","why"])"));
  EXPECT_TRUE(texts("why").empty());
}

TEST_F(Surveys, RefuseWhatDoesNotAnswerTheQuestion) {
  open_survey();
  const auto code = [&](const std::string& answers) {
    const auto reply = answer(cora, R"({"answers":)" + answers + "}");
    EXPECT_GE(reply.status, 400) << answers;
    return code_of(reply);
  };
  EXPECT_EQ(code(R"({"lane":1})"), "answer_missing");
  EXPECT_EQ(code(R"({"way":["foot"],"what":["x"]})"), "question_unknown");
  EXPECT_EQ(code(R"({"way":["car"]})"), "answer_option_unknown");
  for (const auto* const wrong :
       {R"({"way":[1]})", R"({"way":["foot"],"age":"old"})", R"({"way":["foot"],"age":1e300})",
        R"({"way":["foot"],"since":"2026-02-30"})", R"({"way":["foot"],"why":7})",
        R"({"way":["foot"],"where":{"type":"Point","coordinates":[181,0]}})",
        R"({"way":["foot"],"where":{"type":"Point","coordinates":[0,91]}})",
        R"({"way":["foot"],"where":{"type":"LineString","coordinates":[[0,0],[1,1]]}})",
        R"({"way":["foot"],"route":{"type":"LineString","coordinates":[[0,0]]}})",
        R"({"way":["foot"],"area":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}})"})
    EXPECT_EQ(code(wrong), "validation_failed") << wrong;
  EXPECT_EQ(answer(cora, R"({"answers":{"way":["foot"]},"other":{"lane":"x"}})").status, 422);
}

TEST_F(Surveys, PublishNothingThatTooFewAnswered) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["foot","bike"],"lane":2}})").status, 201);
  ASSERT_EQ(answer(carl, R"({"answers":{"way":["bike"],"lane":5,"when":{"summer":"often"}}})").status, 201);
  EXPECT_FALSE(results().contains("questions"));
  close();
  EXPECT_EQ(result_of("way").at("answered"), 2);
  EXPECT_EQ(result_of("way").at("options"),
            Json::parse(R"([{"id":"foot","count":1},{"id":"bike","count":2},{"id":"other","count":0}])"));
  EXPECT_EQ(result_of("lane").at("average"), "7/2");
  EXPECT_EQ(result_of("when"), Json::parse(R"({"id":"when","kind":"matrix","too_few":true})"));
  EXPECT_EQ(code_of(answer(cora, R"({"answers":{"way":["foot"]}})")), "survey_closed");
}

TEST_F(Surveys, PublishWordsThatWereReleased) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  ASSERT_EQ(answer(carl, R"({"answers":{"way":["bike"],"why":"Ask Mrs Smith."}})").status, 201);
  const auto said = texts("why");
  ASSERT_EQ(said.size(), 2U);
  const auto mine = said[0].at("text") == "It is fast." ? said[0] : said[1];
  EXPECT_FALSE(mine.at("respondent").get<std::string>() == own(cora).at("participant").get<std::string>());
  const Json release{{"question", "why"}, {"respondents", {mine.at("respondent")}}};
  EXPECT_EQ(moderator.post("/v1/surveys/traffic/texts/release", release).status, 403);
  ASSERT_EQ(remember(staff.post("/v1/surveys/traffic/texts/release", release)).status, 200);
  EXPECT_EQ(code_of(staff.post("/v1/surveys/traffic/texts/release", release)), "text_released_already");
  const Json of_nobody{{"question", "why"}, {"respondents", {"nobody"}}};
  EXPECT_EQ(code_of(staff.post("/v1/surveys/traffic/texts/release", of_nobody)), "text_unknown");
  close();
  EXPECT_EQ(result_of("why").at("texts"), Json::parse(R"(["It is fast."])"));
  EXPECT_EQ(cora.get("/v1/surveys/traffic/texts?question=why").status, 403);
}

TEST_F(Surveys, TellOfficialsWhichWordsAreReleasedOnceSomebodySaysOthers) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  const Json release{{"question", "why"}, {"respondents", {texts("why")[0].at("respondent")}}};
  ASSERT_EQ(remember(staff.post("/v1/surveys/traffic/texts/release", release)).status, 200);
  EXPECT_EQ(texts("why")[0].at("released"), true);
  EXPECT_FALSE(texts("why")[0].contains("released_text"));
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"Ask Mrs Smith."}})").status, 200);
  EXPECT_EQ(texts("why")[0].at("text"), "Ask Mrs Smith.");
  EXPECT_EQ(texts("why")[0].at("released_text"), "It is fast.");
}

TEST_F(Surveys, AreAnsweredUnderAPseudonymOnTheGrid) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  std::set<std::string> citizens;
  for (const Json& record : records_of(engine.endpoints())) {
    const std::string subject = record.at("subject");
    EXPECT_FALSE(record.dump().contains("It is fast"));
    if (subject.starts_with("citizen/")) citizens.insert(subject.substr(8));
    if (!subject.starts_with("answers/")) continue;
    EXPECT_TRUE(record.at("actor").get<std::string>().starts_with("voter/"));
    EXPECT_EQ(record.at("time").get<std::string>().substr(13), ":00:00.000000Z");
    for (const auto& citizen : citizens) EXPECT_FALSE(record.dump().contains(citizen));
  }
  EXPECT_EQ(citizens.size(), 2U);
}

TEST_F(Surveys, KeepNothingThatWasReplaced) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"First."}})").status, 201);
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"Second."}})").status, 200);
  EXPECT_EQ(texts("why")[0].at("text"), "Second.");
  sweep(engine);
  EXPECT_EQ(own(cora).at("answers").at("why"), "Second.");
  ASSERT_EQ(withdraw(cora).status, 200);
  EXPECT_TRUE(texts("why").empty());
  sweep(engine);
}

TEST_F(Surveys, LoseAllThatIsNotReleasedWithTheirSecret) {
  open_survey(Json::object(), {{"objection_days", 0}});
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  ASSERT_EQ(answer(carl, R"({"answers":{"way":["bike"],"why":"Ask Mrs Smith."}})").status, 201);
  const auto said = texts("why");
  const auto mine = said[0].at("text") == "It is fast." ? said[0] : said[1];
  const Json release{{"question", "why"}, {"respondents", {mine.at("respondent")}}};
  ASSERT_EQ(staff.post("/v1/surveys/traffic/texts/release", release).status, 200);
  close();
  sweep(engine);
  const auto last = records_of(engine.endpoints()).back();
  EXPECT_EQ(last.at("type"), "survey.secret-destroyed.v1");
  EXPECT_EQ(code_of(read_as(cora, "/v1/me/answers?survey=traffic")), "secret_destroyed");
  EXPECT_EQ(code_of(read_as(staff, "/v1/surveys/traffic/texts?question=why")), "secret_destroyed");
  EXPECT_EQ(code_of(withdraw(cora)), "secret_destroyed");
  EXPECT_EQ(result_of("why").at("texts"), Json::parse(R"(["It is fast."])"));
  EXPECT_EQ(result_of("way").at("answered"), 2);
}

TEST_F(Surveys, KeepTheirFiguresWhenAPersonIsErased) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  ASSERT_EQ(cora.remove("/v1/me").status, 200);
  EXPECT_EQ(code_of(withdraw(cora)), "citizen_erased");
  EXPECT_TRUE(texts("why").empty());
  sweep(engine);
  EXPECT_EQ(code_of(cora.post("/v1/citizens")), "erasure_pending");
  EXPECT_EQ(results().at("respondents"), 1);
  EXPECT_TRUE(texts("why").empty());
}

TEST_F(Surveys, EndWithTheirPhase) {
  open_survey();
  const auto closed = staff.post("/v1/projects/park/phases/ideas/close", {{"reason", "Enough."}});
  ASSERT_EQ(closed.status, 200);
  EXPECT_EQ(code_of(answer(cora, R"({"answers":{"way":["foot"]}})")), "phase_not_open");
  std::string status;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (status != "closed" && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    status = body_of(anyone.get("/v1/surveys/traffic")).at("status");
  }
  EXPECT_EQ(status, "closed");
}

TEST_F(Surveys, AreListedByProjectAndFixedOnceTheyAreOpen) {
  open_survey();
  const auto listed = items("/v1/surveys?project=park");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("survey"), "traffic");
  EXPECT_EQ(listed[0].at("questions"), 9);
  EXPECT_EQ(body_of(read("/v1/surveys/traffic")).at("questions").size(), 9U);
  const auto more = staff.post("/v1/surveys/traffic/questions",
                               Json::parse(R"({"questions":[{"id":"x","kind":"date","title":{"de":"X"}}]})"));
  EXPECT_EQ(code_of(more), "survey_not_draft");
  EXPECT_EQ(anyone.get("/v1/surveys").status, 400);
  EXPECT_EQ(anyone.get("/v1/surveys/none").status, 404);
  EXPECT_EQ(code_of(cora.put("/v1/surveys/none/answers", {{"answers", Json::object()}})), "survey_unknown");
}

TEST_F(Surveys, AreInTheExportOfTheirParticipants) {
  open_survey();
  ASSERT_EQ(answer(cora, R"({"answers":{"way":["bike"],"why":"It is fast."}})").status, 201);
  const auto everything = body_of(read_as(cora, "/v1/me/export"));
  ASSERT_EQ(everything.at("answers").size(), 1U);
  EXPECT_EQ(everything.at("answers")[0].at("answers").at("why"), "It is fast.");
}

}  // namespace
}  // namespace stimmbuch::test
