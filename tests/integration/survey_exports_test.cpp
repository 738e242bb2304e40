// Rows of surveys over HTTP: who may read them, for how long, and what of them may be published.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "participation.hpp"
#include "support/random.hpp"
#include "survey_participants.hpp"

namespace stimmbuch::test {
namespace {

constexpr int least_rows = 3;

class SurveyExports : public Participation {
 protected:
  void SetUp() override {
    open_project(false, {{"features", {"answer"}}, {"objection_days", 0}});
    const auto drafted = staff.post("/v1/surveys", Json::parse(R"({"id":"traffic","project":"park",
      "phase":"ideas","title":{"de":"Verkehr"},"least":3,"questions":[
      {"id":"age","kind":"single","title":{"de":"Alter?"},"background":true,"options":[
        {"id":"young","title":{"de":"Jung"}},{"id":"old","title":{"de":"Alt"}}]},
      {"id":"years","kind":"scale","title":{"de":"Seit wann hier?"},"background":true,"from":0,"to":2},
      {"id":"way","kind":"multiple","title":{"de":"Womit?"},"other":true,"options":[
        {"id":"foot","title":{"de":"Zu Fuß"}},{"id":"bike","title":{"de":"Rad"}}]},
      {"id":"why","kind":"long_text","title":{"de":"Warum?"}},
      {"id":"born","kind":"date","title":{"de":"Geboren?"}},
      {"id":"children","kind":"number","title":{"de":"Kinder?"}},
      {"id":"where","kind":"point","title":{"de":"Wo?"}}]})"));
    ASSERT_EQ(drafted.status, 201) << drafted.body;
    ASSERT_EQ(staff.post("/v1/surveys/traffic/open").status, 200);
  }

  Caller& participant(const std::string& name) {
    people_.push_back(std::make_unique<Caller>(engine.endpoints(), "citizen", name));
    register_citizen(*people_.back(), {{"name", name}});
    return *people_.back();
  }
  void answer(Caller& who, const Json& answers, const Json& other = Json::object()) {
    Json body{{"answers", answers}};
    if (!other.empty()) body["other"] = other;
    remember(who.put("/v1/surveys/traffic/answers", body));
  }
  void close() { remember(staff.post("/v1/surveys/traffic/close", {{"reason", "Enough."}})); }
  HttpReply remember(HttpReply reply) {
    EXPECT_LT(reply.status, 300U) << reply.body;
    last_ = reply.field("Consistency-Token");
    return reply;
  }
  HttpReply ask(const std::string& rows, const std::string& reason = "To look.") {
    return staff.post("/v1/surveys/traffic/exports", {{"rows", rows}, {"reason", reason}});
  }
  // The target of an export that was asked for.
  std::string export_of(const std::string& rows) {
    const auto asked = remember(ask(rows));
    return "/v1/surveys/traffic/exports/" + body_of(asked).at("position").get<std::string>();
  }
  Json rows(const std::string& kind) { return body_of(read_as(staff, export_of(kind))); }

  std::multiset<std::string> published_words() {
    std::multiset<std::string> said;
    const Json published = rows("publishable");
    for (const Json& item : published.at("items")) said.insert(item.at("answers").value("why", ""));
    return said;
  }

  std::vector<std::unique_ptr<Caller>> people_;
};

TEST_F(SurveyExports, AreReadByWhoSaidWhy) {
  auto& cora_here = participant("cora");
  answer(cora_here, Json::parse(R"({"age":["old"],"way":["bike","other"],"why":"Ask Mrs Smith.",
    "born":"1950-01-01","children":-1,"where":{"type":"Point","coordinates":[13.40490000001,52.52]}})"),
         {{"way", "By boat"}});
  EXPECT_EQ(code_of(ask("all", "")), "validation_failed");
  EXPECT_EQ(code_of(staff.post("/v1/surveys/traffic/exports", {{"rows", "all"}})), "invalid");
  EXPECT_EQ(code_of(staff.post("/v1/surveys/none/exports", {{"rows", "all"}, {"reason", "x"}})),
            "survey_unknown");
  EXPECT_EQ(cora_here.post("/v1/surveys/traffic/exports", {{"rows", "all"}, {"reason", "x"}}).status, 403);

  const auto target = export_of("all");
  const auto file = read_as(staff, target);
  ASSERT_EQ(file.status, 200) << file.body;
  EXPECT_EQ(file.field("Content-Disposition"), "attachment; filename=\"traffic.json\"");
  EXPECT_EQ(file.field("Cache-Control"), "no-store");
  const Json all = body_of(file);
  EXPECT_EQ(all.at("rows"), "all");
  EXPECT_FALSE(all.contains("left_out"));
  ASSERT_EQ(all.at("items").size(), 1U);
  EXPECT_EQ(all.at("items")[0].at("answers"), Json::parse(R"({"age":["old"],"way":["bike","other"],
    "why":"Ask Mrs Smith.","born":"1950-01-01","children":-1,
    "where":{"type":"Point","coordinates":[13.4049,52.52]}})"));
  EXPECT_EQ(all.at("items")[0].at("other"), Json::parse(R"({"way":"By boat"})"));
  const Json said = body_of(read_as(staff, "/v1/surveys/traffic/texts?question=why")).at("items")[0];
  EXPECT_EQ(all.at("items")[0].at("respondent"), said.at("respondent"));

  auto other = engine.caller("staff", "otto");
  EXPECT_EQ(code_of(other.get(target)), "export_unknown");
  EXPECT_EQ(code_of(staff.get("/v1/surveys/traffic/exports/1")), "export_unknown");
  EXPECT_EQ(staff.get("/v1/surveys/traffic/exports/none").status, 404);
  EXPECT_EQ(staff.get(target + "?format=xlsx").status, 400);
  EXPECT_EQ(cora_here.get(target).status, 403);
}

TEST_F(SurveyExports, StandInTheLogWithoutTheirReason) {
  const auto target = export_of("all");
  const Json record = records_of(engine.endpoints()).back();
  EXPECT_EQ(record.at("type"), "survey.export-requested.v1");
  EXPECT_EQ(record.at("data").at("rows"), "all");
  EXPECT_FALSE(record.dump().contains("To look."));
  const Json listed = body_of(read_as(staff, "/v1/surveys/traffic/exports")).at("items");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("reason"), "To look.");
  EXPECT_EQ(listed[0].at("by"), record.at("actor"));
  EXPECT_TRUE(target.ends_with(listed[0].at("position").get<std::string>()));
  const std::string row =
      "/v1/texts/survey/traffic/" + std::to_string(record.at("revision").get<int>()) + "/reason";
  remember(staff.remove(row));
  EXPECT_TRUE(body_of(read_as(staff, "/v1/surveys/traffic/exports")).at("items")[0].at("reason").is_null());
  EXPECT_EQ(read_as(staff, target).status, 200);
  EXPECT_EQ(code_of(staff.get("/v1/surveys/none/exports")), "survey_unknown");
}

TEST_F(SurveyExports, ArePublishableOnceTheSurveyIsClosed) {
  EXPECT_EQ(code_of(ask("publishable")), "survey_not_closed");
  close();
  EXPECT_TRUE(rows("publishable").at("items").empty());
}

// Held against a naive opinion on which rows may be published, and how.
TEST_F(SurveyExports, PublishRowsThatEnoughPeopleShareTheBackgroundOf) {
  for_seeds(1, [&](Random& random) {
    std::map<std::string, std::vector<Json>> by_background;
    for (int i = 0; i < 40; ++i) {
      Json given{{"children", i}, {"born", "1980-01-01"}, {"why", "Words " + std::to_string(i)}};
      Json background = Json::object();
      if (random.chance(80)) background["age"] = Json::array({random.chance(70) ? "young" : "old"});
      if (random.chance(60)) background["years"] = random.between(0, 2);
      given.update(background);
      if (random.chance(50)) given["way"] = Json::array({random.chance(50) ? "foot" : "bike"});
      Json expected = given;
      for (const auto* const never : {"children", "born", "why"}) expected.erase(never);
      if (random.chance(50)) {
        given["where"] = {{"type", "Point"}, {"coordinates", {13.4049, -52.5251}}};
        expected["where"] = {{"type", "Point"}, {"coordinates", {13.4, -52.53}}};
      }
      answer(participant("p" + std::to_string(i)), given);
      by_background[background.dump()].push_back(expected);
    }
    close();
    std::multiset<std::string> published;
    std::size_t left_out = 0;
    for (const auto& [background, group] : by_background) {
      if (group.size() < least_rows) {
        left_out += group.size();
        continue;
      }
      for (const Json& row : group) published.insert(row.dump());
    }
    const auto target = export_of("publishable");
    const auto file = read_as(staff, target);
    EXPECT_EQ(file.field("Rows-Left-Out"), std::to_string(left_out));
    const Json shown = body_of(file);
    EXPECT_EQ(shown.at("left_out"), left_out);
    EXPECT_EQ(shown.at("least"), least_rows);
    std::multiset<std::string> shown_rows;
    for (const Json& item : shown.at("items")) {
      EXPECT_FALSE(item.contains("respondent"));
      shown_rows.insert(item.at("answers").dump());
    }
    EXPECT_EQ(shown_rows, published);

    const auto csv = read_as(staff, target + "?format=csv");
    EXPECT_EQ(csv.field("Content-Type"), "text/csv; charset=utf-8");
    EXPECT_TRUE(csv.body.starts_with("age,years,way,way.other,why,where\r\n")) << csv.body.substr(0, 80);
    EXPECT_EQ(std::ranges::count(csv.body, '\n'), static_cast<std::ptrdiff_t>(published.size()) + 1);
    const auto geojson = read_as(staff, target + "?format=geojson");
    EXPECT_EQ(geojson.field("Content-Type"), "application/geo+json");
    const auto places =
        std::ranges::count_if(published, [](const std::string& row) { return row.contains("where"); });
    EXPECT_EQ(body_of(geojson).at("features").size(), static_cast<std::size_t>(places));
    for (const auto* const all : {&file.body, &csv.body, &geojson.body}) {
      EXPECT_FALSE(all->contains("1980"));
      EXPECT_FALSE(all->contains("Words"));
      EXPECT_FALSE(all->contains("13.4049"));
    }
    // All rows, and each with its words.
    EXPECT_EQ(rows("all").at("items").size(), 40U);
  });
}

TEST_F(SurveyExports, PublishWordsThatWereReleased) {
  for (int i = 0; i < least_rows; ++i)
    answer(participant("p" + std::to_string(i)), {{"age", {"old"}}, {"why", "Words " + std::to_string(i)}});
  const Json texts = body_of(read_as(staff, "/v1/surveys/traffic/texts?question=why"));
  ASSERT_EQ(texts.at("items").size(), 3U);
  EXPECT_TRUE(texts.at("next").is_null());
  const Json released = texts.at("items")[0];
  remember(staff.post("/v1/surveys/traffic/texts/release",
                      {{"question", "why"}, {"respondents", {released.at("respondent")}}}));
  close();
  EXPECT_EQ(published_words(), (std::multiset<std::string>{"", "", released.at("text").get<std::string>()}));
  for (const Json& record : records_of(engine.endpoints())) {
    if (record.at("type") != "survey.texts-released.v1") continue;
    remember(staff.remove("/v1/texts/survey/traffic/" + std::to_string(record.at("revision").get<int>()) +
                          "/" + released.at("respondent").get<std::string>()));
  }
  EXPECT_EQ(published_words(), (std::multiset<std::string>{"", "", ""})) << "its publication was ended";
}

TEST_F(SurveyExports, PublishNoWordsThatReplacedReleasedOnes) {
  for (int i = 0; i < least_rows; ++i) answer(participant("p" + std::to_string(i)), {{"age", {"old"}}});
  answer(*people_[0], {{"age", {"old"}}, {"why", "Looked at."}});
  const Json texts = body_of(read_as(staff, "/v1/surveys/traffic/texts?question=why")).at("items");
  remember(staff.post("/v1/surveys/traffic/texts/release",
                      {{"question", "why"}, {"respondents", {texts[0].at("respondent")}}}));
  answer(*people_[0], {{"age", {"old"}}, {"why", "Ask Mrs Smith."}});
  close();
  EXPECT_EQ(published_words(), (std::multiset<std::string>{"", "", ""}));
}

TEST_F(SurveyExports, HaveNothingThatEndedWithTheSecret) {
  for (int i = 0; i < least_rows; ++i)
    answer(participant("p" + std::to_string(i)),
           Json::parse(R"({"age":["old"],"why":"A secret.","where":{"type":"Point","coordinates":[1,2]}})"));
  close();
  sweep(engine);
  for (const std::string kind : {"all", "publishable"}) {
    const Json shown = rows(kind);
    ASSERT_EQ(shown.at("items").size(), 3U);
    for (const Json& item : shown.at("items")) {
      EXPECT_EQ(item.at("answers"), Json::parse(R"({"age":["old"]})"));
      EXPECT_FALSE(item.contains("respondent"));
    }
  }
}

TEST_F(SurveyExports, ListTextsPageByPage) {
  for (int i = 0; i < 5; ++i)
    answer(participant("p" + std::to_string(i)), {{"why", "Words " + std::to_string(i)}});
  std::vector<std::string> respondents;
  std::string cursor;
  do {
    const Json page = body_of(read_as(staff, "/v1/surveys/traffic/texts?question=why&limit=2" + cursor));
    EXPECT_LE(page.at("items").size(), 2U);
    for (const Json& item : page.at("items")) respondents.push_back(item.at("respondent"));
    cursor = page.at("next").is_null() ? "" : "&cursor=" + page.at("next").get<std::string>();
  } while (!cursor.empty());
  EXPECT_EQ(respondents.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(respondents));
  EXPECT_EQ(staff.get("/v1/surveys/traffic/texts?question=why&cursor=bm9uZQ").status, 400);
}

TEST(ParticipantGroups, AreAllBeginningsOfOneLength) {
  using http::api::first_group;
  using http::api::next_group;
  EXPECT_EQ(first_group(0), "");
  EXPECT_EQ(first_group(4096), "");
  EXPECT_EQ(next_group(""), std::nullopt);
  EXPECT_EQ(first_group(4097), "A");
  EXPECT_EQ(first_group(250'000), "A");
  EXPECT_EQ(first_group(1'000'000).size(), 2U);
  std::set<std::string> groups;
  for (std::optional<std::string> group = "AA"; group; group = next_group(*group)) groups.insert(*group);
  EXPECT_EQ(groups.size(), 64U * 64U);
  for (const auto& group : groups) EXPECT_TRUE(http::api::is_group(group)) << group;
  EXPECT_FALSE(http::api::is_group("A/"));
  EXPECT_FALSE(http::api::is_group("AAAAA"));
}

}  // namespace
}  // namespace stimmbuch::test
