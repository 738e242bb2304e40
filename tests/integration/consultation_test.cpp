// Documents with annotations, marks on the map and comments on surveys over HTTP.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "participation.hpp"

namespace stimmbuch::test {
namespace {

Json paragraph(const std::string& id, const std::string& text) {
  return {{"id", id}, {"text", {{"de", text}}}};
}

class Consultation : public Participation {
 protected:
  void open_consultation(bool premoderated = false) {
    open_project(premoderated,
                 {{"features", {"comment", "mark", "answer"}},
                  {"categories", Json::array({Json{{"id", "dark"}, {"title", {{"de", "Dunkel"}}}}})}});
  }
  HttpReply publish(const Json& paragraphs) {
    const auto reply = staff.post(
        "/v1/documents",
        {{"id", "concept"}, {"project", "park"}, {"title", {{"de", "Konzept"}}}, {"paragraphs", paragraphs}});
    if (reply.status == 201) last_ = reply.field("Consistency-Token");
    return reply;
  }
  HttpReply revise(const Json& paragraphs) {
    const auto reply = staff.post("/v1/documents/concept/revise",
                                  {{"title", {{"de", "Konzept"}}}, {"paragraphs", paragraphs}});
    if (reply.status == 200) last_ = reply.field("Consistency-Token");
    return reply;
  }
  HttpReply annotate(Caller& who, const Json& passage_members = Json::object()) {
    Json passage{{"document", "concept"}, {"version", 1}, {"paragraph", "aim"},
                 {"language", "de"},      {"from", 5},    {"to", 9},
                 {"quote", "Grün"}};
    passage.update(passage_members);
    return who.post("/v1/contributions", {{"kind", "annotation"},
                                          {"project", "park"},
                                          {"phase", "ideas"},
                                          {"passage", passage},
                                          {"text", "Welches?"}});
  }
  static Json mark_body(const Json& coordinates) {
    return {{"kind", "mark"},
            {"project", "park"},
            {"phase", "ideas"},
            {"category", "dark"},
            {"place", {{"type", "Point"}, {"coordinates", coordinates}}},
            {"text", "Hier ist es dunkel."}};
  }
  HttpReply mark(Caller& who, const Json& coordinates = {13.404954, 52.5200066}) {
    return who.post("/v1/contributions", mark_body(coordinates));
  }
  Json marks(const std::string& query = "") { return body_of(read("/v1/projects/park/marks" + query)); }
};

// ---- documents and annotations

TEST_F(Consultation, AnnotationsAreCarriedToNewVersionsOrReportedLost) {
  open_consultation();
  register_citizen(cora, {{"name", "Cora"}});
  ASSERT_EQ(publish(Json::array({paragraph("aim", "Mehr Grün für alle."), paragraph("way", "Über Plätze.")}))
                .status,
            201);
  const auto green = id_of(annotate(cora));
  const auto over = id_of(annotate(cora, {{"paragraph", "way"}, {"from", 0}, {"to", 4}, {"quote", "Über"}}));
  ASSERT_EQ(revise(Json::array({paragraph("aim", "Viel mehr Grün für alle.")})).status, 200);
  const auto annotations = items("/v1/documents/concept/annotations");
  ASSERT_EQ(annotations.size(), 2U);
  EXPECT_EQ(annotations[0].at("contribution"), green);
  EXPECT_EQ(annotations[0].at("author"), "Cora");
  EXPECT_EQ(annotations[0].at("text"), "Welches?");
  EXPECT_EQ(annotations[0].at("passage").at("quote"), "Grün");
  EXPECT_EQ(annotations[0].at("later_versions"),
            (Json::array({{{"version", 2}, {"state", "carried"}, {"from", 10}, {"to", 14}}})));
  EXPECT_EQ(annotations[1].at("contribution"), over);
  EXPECT_EQ(annotations[1].at("later_versions"), (Json::array({{{"version", 2}, {"state", "lost"}}})));

  const auto newest = body_of(read("/v1/documents/concept"));
  EXPECT_EQ(newest.at("version"), 2);
  EXPECT_EQ(newest.at("versions").size(), 2U);
  const auto first = body_of(read("/v1/documents/concept/versions/1"));
  EXPECT_EQ(first.at("paragraphs")[1].at("text").at("de"), "Über Plätze.");
  EXPECT_EQ(read("/v1/documents/concept/versions/3").status, 404);
  EXPECT_EQ(items("/v1/documents?project=park").at(0).at("paragraphs"), 1);
  const auto reply = id_of(comment(cora, green, "Bäume."));
  EXPECT_EQ(items("/v1/contributions/" + green + "/replies").at(0).at("contribution"), reply);
}

TEST_F(Consultation, AnnotationsQuoteWhatStandsInTheNewestVersion) {
  open_consultation();
  register_citizen(cora);
  EXPECT_EQ(code_of(annotate(cora)), "document_unknown");
  ASSERT_EQ(publish(Json::array({paragraph("aim", "Mehr Grün für alle.")})).status, 201);
  const auto wrong = annotate(cora, {{"from", 6}, {"to", 10}});
  EXPECT_EQ(code_of(wrong), "quote_differs");
  EXPECT_EQ(body_of(wrong).at("pointer"), "#/passage/quote");
  EXPECT_EQ(code_of(annotate(cora, {{"paragraph", "way"}})), "paragraph_unknown");
  EXPECT_EQ(annotate(cora, {{"from", -1}}).status, 422);
  ASSERT_EQ(revise(Json::array({paragraph("aim", "Mehr Grün.")})).status, 200);
  EXPECT_EQ(code_of(annotate(cora)), "version_replaced");
  EXPECT_EQ(annotate(staff, {{"version", 2}}).status, 403);
}

TEST_F(Consultation, DocumentsArePublishedByStaffOfAnyLengthThatACommandMayHave) {
  open_consultation();
  Json paragraphs = Json::array();
  for (int i = 0; i < 250; ++i)
    paragraphs.push_back(paragraph("p" + std::to_string(i), std::string(1500, 'x')));
  const auto published = publish(paragraphs);
  ASSERT_EQ(published.status, 201) << published.body;
  EXPECT_EQ(body_of(published).at("document"), "concept");
  EXPECT_EQ(body_of(read("/v1/documents/concept")).at("paragraphs").size(), 250U);
  EXPECT_EQ(code_of(publish(paragraphs)), "document_exists");
  EXPECT_EQ(moderator.post("/v1/documents").status, 403);
  auto auditor = engine.caller("auditor", "otto");
  const auto trail = body_of(auditor.get("/v1/audit/document/concept"));
  EXPECT_EQ(trail.at("entries")[0].at("text").at("en"),
            "The document “Konzept” was published: 250 paragraphs.");
  EXPECT_EQ(body_of(read("/v1/projects/park/news")).at("items").back().at("type"), "document.published.v1");
}

// ---- marks

TEST_F(Consultation, MarksAreGeoJsonOnTheMap) {
  open_consultation();
  register_citizen(cora, {{"name", "Cora"}});
  const auto id = id_of(mark(cora));
  const auto map = read("/v1/projects/park/marks?phase=ideas");
  EXPECT_EQ(map.field("Content-Type"), "application/geo+json");
  // Exactly as they were sent, to the last digit.
  EXPECT_NE(map.body.find(R"("geometry":{"type":"Point","coordinates":[13.404954,52.5200066]})"),
            std::string::npos)
      << map.body;
  const auto collection = body_of(map);
  EXPECT_EQ(collection.at("type"), "FeatureCollection");
  const Json& feature = collection.at("features").at(0);
  EXPECT_EQ(feature.at("id"), id);
  EXPECT_EQ(feature.at("properties").at("category"), "dark");
  EXPECT_EQ(feature.at("properties").at("text"), "Hier ist es dunkel.");
  EXPECT_EQ(feature.at("properties").at("author"), "Cora");
  EXPECT_EQ(body_of(read("/v1/contributions/" + id)).at("place").at("coordinates").at(1), 52.5200066);
  EXPECT_EQ(items("/v1/contributions?project=park&kind=mark").size(), 1U);
  EXPECT_EQ(read("/v1/contributions?project=park&kind=annotation").status, 400);
  const auto unchanged = anyone.request(
      "GET", "/v1/projects/park/marks?phase=ideas", {},
      "If-None-Match: " + std::string(map.field("ETag")) + "\r\nConsistency-Token: " + last_ + "\r\n");
  EXPECT_EQ(unchanged.status, 304);
}

TEST_F(Consultation, MarksPageLikeOtherLists) {
  open_consultation();
  register_citizen(cora);
  std::set<std::string> all;
  for (int i = 0; i < 3; ++i) all.insert(id_of(mark(cora)));
  std::string query = "?limit=2";
  std::set<std::string> seen;
  while (!query.empty()) {
    const auto page = marks(query);
    for (const Json& feature : page.at("features")) seen.insert(feature.at("id").get<std::string>());
    query = page.at("next").is_null() ? "" : "?limit=2&cursor=" + page.at("next").get<std::string>();
  }
  EXPECT_EQ(seen, all);
}

TEST_F(Consultation, MarksLieInTheProjectsArea) {
  open_consultation();
  register_citizen(cora);
  const Json ring = Json::parse("[[13.3,52.4],[13.3,52.6],[13.5,52.6],[13.5,52.4],[13.3,52.4]]");
  Json revision{{"title", {{"de", "Park"}}},
                {"area", {{"type", "Polygon"}, {"coordinates", Json::array({ring})}}}};
  const auto revised = staff.post("/v1/projects/park/revise", revision);
  ASSERT_EQ(revised.status, 200) << revised.body;
  last_ = revised.field("Consistency-Token");
  // Counterclockwise, whichever way it came.
  EXPECT_EQ(body_of(read("/v1/projects/park")).at("area").at("coordinates").at(0),
            Json::parse("[[13.5,52.4],[13.5,52.6],[13.3,52.6],[13.3,52.4],[13.5,52.4]]"));
  EXPECT_EQ(code_of(mark(cora, {13.6, 52.5})), "outside_area");
  const auto inside = id_of(mark(cora, {13.5, 52.5}));
  auto moved = mark_body({13.6, 52.5});
  EXPECT_EQ(code_of(done(cora, inside, "revise", {{"place", moved.at("place")}, {"text", "Dort."}})),
            "outside_area");
  for (const auto* const broken : {"[[13.3,52.4],[13.3,52.6],[13.5,52.6]]",
                                   "[[13.3,52.4],[13.5,52.6],[13.5,52.4],[13.3,52.6],[13.3,52.4]]"}) {
    revision["area"]["coordinates"] = Json::array({Json::parse(broken)});
    EXPECT_EQ(staff.post("/v1/projects/park/revise", revision).status, 422) << broken;
  }
}

TEST_F(Consultation, MarksAreSaidInFormOrRefused) {
  open_consultation();
  register_citizen(cora);
  const auto refused_with = [&](const Json& change) {
    auto body = mark_body({13.4, 52.5});
    body.update(change);
    const auto reply = cora.post("/v1/contributions", body);
    EXPECT_EQ(reply.status, 422) << reply.body;
  };
  refused_with({{"place", {{"type", "Point"}, {"coordinates", {181, 52}}}}});
  refused_with({{"place", {{"type", "Point"}, {"coordinates", {13.4, 52.5, 30}}}}});
  refused_with({{"place", {{"type", "LineString"}, {"coordinates", {13.4, 52.5}}}}});
  refused_with({{"category", "wet"}});
  refused_with({{"photo", "https://example.org/a.jpg"}});
  refused_with({{"photo", "javascript:alert(1)"}});
  auto body = mark_body({13.4, 52.5});
  body["photo"] = std::string(43, 'A');
  const auto id = id_of(cora.post("/v1/contributions", body));
  EXPECT_EQ(body_of(read("/v1/contributions/" + id)).at("photo"), std::string(43, 'A'));
}

TEST_F(Consultation, MarksAreModeratedAndReported) {
  open_consultation(true);
  register_citizen(cora);
  register_citizen(carl);
  const auto id = id_of(mark(cora));
  EXPECT_TRUE(marks().at("features").empty());
  ASSERT_EQ(done(moderator, id, "release", {{"version", 1}}).status, 200);
  EXPECT_EQ(marks().at("features").size(), 1U);
  EXPECT_EQ(done(carl, id, "report", {{"reason", "personal_data"}}).status, 201);
  const auto hidden = done(moderator, id, "hide", {{"manner", "blocked"}, {"reason", "personal_data"}});
  ASSERT_EQ(hidden.status, 200);
  EXPECT_TRUE(marks().at("features").empty());
  EXPECT_FALSE(body_of(read("/v1/contributions/" + id)).contains("place"));
  ASSERT_EQ(done(moderator, id, "restore", {{"hiding", body_of(hidden).at("position")}}).status, 200);
  EXPECT_EQ(marks().at("features").size(), 1U);
}

// Where somebody's house is stands in no record, and is gone with the account.
TEST_F(Consultation, PlacesEndWithTheirAuthors) {
  open_consultation();
  register_citizen(cora, {{"name", "Cora"}});
  auto body = mark_body({13.1234567, 52.7654321});
  body["photo"] = std::string(42, 'B') + "A";
  const auto id = id_of(cora.post("/v1/contributions", body));
  for (const Json& record : records_of(engine.endpoints())) {
    EXPECT_EQ(record.dump().find("1234567"), std::string::npos);
    EXPECT_EQ(record.dump().find("7654321"), std::string::npos);
    EXPECT_EQ(record.dump().find("BBBBBBBB"), std::string::npos);
  }
  const auto held = body_of(read_as(cora, "/v1/me/export"));
  EXPECT_EQ(held.at("contributions")[0].at("versions")[0].at("place").at("coordinates").at(0), 13.1234567);
  const auto asked = cora.remove("/v1/me");
  ASSERT_EQ(asked.status, 200);
  last_ = asked.field("Consistency-Token");
  for (int night = 0; night < 2; ++night) {
    const auto feature = marks().at("features").at(0);
    EXPECT_EQ(feature.at("id"), id);
    EXPECT_TRUE(feature.at("geometry").is_null());
    EXPECT_TRUE(feature.at("properties").at("photo").is_null());
    EXPECT_TRUE(feature.at("properties").at("author").is_null());
    sweep(engine);
  }
}

TEST_F(Consultation, CanBeAskedForBefore) {
  open_project(false, {{"features", {"mark"}}});
  last_ = cora.post("/v1/citizens").field("Consistency-Token");
  const std::string in_phase = "/v1/me/may?project=park&phase=ideas&action=";
  EXPECT_EQ(body_of(read_as(cora, in_phase + "mark")), (Json{{"may", true}}));
  EXPECT_EQ(body_of(read_as(cora, in_phase + "comment")).at("reason"), "feature_off");
}

// ---- surveys

TEST_F(Consultation, TheResultsOfSurveysAreCommentedOn) {
  open_consultation();
  register_citizen(cora);
  const Json question{{"id", "why"}, {"kind", "long_text"}, {"title", {{"de", "Warum?"}}}};
  ASSERT_EQ(staff
                .post("/v1/surveys", {{"id", "traffic"},
                                      {"project", "park"},
                                      {"phase", "ideas"},
                                      {"title", {{"de", "Verkehr"}}},
                                      {"questions", Json::array({question})}})
                .status,
            201);
  const Json body{{"kind", "comment"},
                  {"project", "park"},
                  {"phase", "ideas"},
                  {"survey", "traffic"},
                  {"text", "Überraschend."}};
  EXPECT_EQ(code_of(cora.post("/v1/contributions", body)), "survey_not_open");
  ASSERT_EQ(staff.post("/v1/surveys/traffic/open").status, 200);
  const auto id = id_of(cora.post("/v1/contributions", body));
  const auto comments = items("/v1/surveys/traffic/comments");
  ASSERT_EQ(comments.size(), 1U);
  EXPECT_EQ(comments[0].at("contribution"), id);
  EXPECT_EQ(comments[0].at("survey"), "traffic");
  EXPECT_TRUE(items("/v1/contributions?project=park&kind=comment").empty());
}

}  // namespace
}  // namespace stimmbuch::test
