// Proposals and comments over HTTP: who sees what when, and what ends with whom.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "participation.hpp"

namespace stimmbuch::test {
namespace {

class Contributions : public Participation {};

TEST_F(Contributions, AppearWithTheAuthorsNameOnceAModeratorReleasedThem) {
  open_project(true);
  register_citizen(cora, {{"name", "Cora"}});
  const auto id = id_of(propose(cora, "A bench"));
  EXPECT_EQ(anyone.get("/v1/contributions/" + id).status, 404);
  EXPECT_EQ(carl.get("/v1/moderation/pending").status, 403);
  const auto own = body_of(read_as(cora, "/v1/me/contributions"));
  ASSERT_EQ(own.at("items").size(), 1U);
  EXPECT_EQ(own.at("items")[0].at("state"), "pending");
  EXPECT_EQ(own.at("items")[0].at("versions")[0].at("title"), "A bench");
  const auto pending = body_of(read_as(moderator, "/v1/moderation/pending"));
  ASSERT_EQ(pending.at("items").size(), 1U);
  EXPECT_EQ(pending.at("items")[0].at("author"), "Cora");

  ASSERT_EQ(done(moderator, id, "release", {{"version", 1}}).status, 200);
  const auto shown = body_of(read("/v1/contributions/" + id));
  EXPECT_EQ(shown.at("state"), "shown");
  EXPECT_EQ(shown.at("author"), "Cora");
  EXPECT_EQ(shown.at("title"), "A bench");
  EXPECT_EQ(shown.at("text"), "Because.");
  const auto listed = items("/v1/contributions?project=park");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("title"), "A bench");
  EXPECT_FALSE(listed[0].contains("text"));
  EXPECT_EQ(items("/v1/contributions?project=park&phase=ideas&kind=comment").size(), 0U);
  EXPECT_EQ(items("/v1/moderation").at(0).at("action"), "released");

  // A revision waits, too, and the released version is shown meanwhile.
  ASSERT_EQ(done(cora, id, "revise", {{"title", "Two benches"}, {"text", "Why not."}}).status, 200);
  EXPECT_EQ(body_of(read("/v1/contributions/" + id)).at("title"), "A bench");
  ASSERT_EQ(done(moderator, id, "release", {{"version", 2}}).status, 200);
  EXPECT_EQ(body_of(read("/v1/contributions/" + id)).at("title"), "Two benches");
}

TEST_F(Contributions, AreSubmittedOnceHoweverOftenTheRequestComes) {
  open_project(false);
  register_citizen(cora);
  const auto key = fresh_key();
  const std::string body =
      R"({"kind":"proposal","project":"park","phase":"ideas","title":"A bench","text":"Because."})";
  const auto first = cora.send("POST", "/v1/contributions", body, key);
  const auto second = cora.send("POST", "/v1/contributions", body, key);
  EXPECT_EQ(id_of(first), body_of(second).at("contribution"));
  EXPECT_EQ(body_of(second).at("replayed"), true);
  const auto other = cora.send(
      "POST", "/v1/contributions",
      R"({"kind":"proposal","project":"park","phase":"ideas","title":"A pond","text":"Because."})", key);
  EXPECT_EQ(code_of(other), "idempotency_key_reused") << other.body;
}

TEST_F(Contributions, AreForCitizensAndModeratedByOfficials) {
  open_project(false);
  register_citizen(cora);
  const auto id = id_of(propose(cora, "A bench"));
  EXPECT_EQ(propose(staff, "A bench").status, 403);
  EXPECT_EQ(code_of(propose(carl, "A bench")), "citizen_unknown");
  register_citizen(carl);
  EXPECT_EQ(code_of(done(carl, id, "revise", {{"title", "x"}, {"text", "x"}})), "not_the_author");
  EXPECT_EQ(done(cora, id, "hide", {{"manner", "blocked"}, {"reason", "spam"}}).status, 403);
  EXPECT_EQ(done(moderator, id, "answer", {{"status", "in_review"}}).status, 403);
}

TEST_F(Contributions, AreAnsweredWithAReason) {
  open_project(false);
  register_citizen(cora);
  const auto id = id_of(propose(cora, "A bench"));
  EXPECT_EQ(code_of(done(staff, id, "answer", {{"status", "rejected"}})), "rejection_needs_reason");
  ASSERT_EQ(done(staff, id, "answer", {{"status", "rejected"}, {"answer", {{"de", "Kein Platz."}}}}).status,
            200);
  const auto shown = body_of(read("/v1/contributions/" + id));
  EXPECT_EQ(shown.at("status"), "rejected");
  EXPECT_EQ(shown.at("answers")[0].at("answer").at("de"), "Kein Platz.");
}

TEST_F(Contributions, AreHiddenRestoredAndAppealed) {
  open_project(false);
  register_citizen(cora, {{"name", "Cora"}});
  register_citizen(carl, {{"name", "Carl"}});
  const auto proposal = id_of(propose(cora, "A bench"));
  const auto id = id_of(comment(carl, proposal, "Rude"));
  const auto hidden = done(moderator, id, "hide",
                           {{"manner", "blocked"}, {"reason", "insulting"}, {"note", "Mind your words."}});
  ASSERT_EQ(hidden.status, 200) << hidden.body;
  const std::string hiding = body_of(hidden).at("position");
  const auto replies = items("/v1/contributions/" + proposal + "/replies");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].at("state"), "hidden");
  EXPECT_EQ(replies[0].at("hidings")[0].at("reason"), "insulting");
  EXPECT_FALSE(replies[0].contains("text"));
  EXPECT_FALSE(replies[0].contains("author"));
  EXPECT_EQ(body_of(read_as(carl, "/v1/me/contributions")).at("items")[0].at("hidings")[0].at("note"),
            "Mind your words.");

  const auto appealed = done(carl, id, "appeal", {{"hiding", hiding}, {"appeal", "It was meant well."}});
  ASSERT_EQ(appealed.status, 200) << appealed.body;
  const Json decision{
      {"appeal", body_of(appealed).at("position")}, {"granted", true}, {"decision", "So it was."}};
  EXPECT_EQ(code_of(done(moderator, id, "decide", decision)), "same_official");
  ASSERT_EQ(done(other_moderator, id, "decide", decision).status, 200);
  EXPECT_EQ(body_of(read("/v1/contributions/" + id)).at("text"), "Rude");
  const auto ledger = items("/v1/moderation");
  ASSERT_EQ(ledger.size(), 2U);
  EXPECT_EQ(ledger[0].at("action"), "appeal_granted");
  EXPECT_EQ(ledger[1].at("action"), "blocked");
  for (const auto& deed : ledger) EXPECT_FALSE(deed.contains("actor"));
}

TEST_F(Contributions, LoseTheirTextsWhenTheyAreRemoved) {
  open_project(false);
  register_citizen(cora, {{"name", "Cora"}});
  const auto by_author = id_of(propose(cora, "A bench"));
  const auto by_moderator = id_of(propose(cora, "A pond"));
  const auto kept = id_of(propose(cora, "A swing"));
  ASSERT_EQ(cora.remove("/v1/contributions/" + by_author).status, 200);
  ASSERT_EQ(done(moderator, by_moderator, "hide", {{"manner", "removed"}, {"reason", "illegal"}}).status,
            200);
  // At once for everybody, moderators included.
  for (const auto& id : {by_author, by_moderator}) {
    EXPECT_FALSE(body_of(read("/v1/contributions/" + id)).contains("title"));
    const auto all = body_of(read_as(moderator, "/v1/moderation/contributions/" + id));
    EXPECT_TRUE(all.at("versions")[0].at("title").is_null()) << all;
  }
  EXPECT_EQ(code_of(done(moderator, by_moderator, "restore", {{"hiding", "1"}})), "hiding_unknown");
  sweep(engine);
  int ends = 0;
  for (const Json& record : records_of(engine.endpoints()))
    ends += record.at("type") == "contribution.texts-destroyed.v1" ? 1 : 0;
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(body_of(read("/v1/contributions/" + kept)).at("title"), "A swing");
  sweep(engine);
  EXPECT_EQ(head_of(engine.endpoints()), records_of(engine.endpoints()).size());
}

TEST_F(Contributions, LoseNameAndTextsWithTheirAuthorAndNoCountMoves) {
  open_project(false);
  register_citizen(cora, {{"name", "Cora"}});
  register_citizen(carl, {{"name", "Carl"}});
  const auto proposal = id_of(propose(cora, "A bench"));
  const auto reply = id_of(comment(carl, proposal, "Good"));
  ASSERT_EQ(done(staff, proposal, "answer", {{"status", "in_review"}, {"answer", {{"de", "Gern."}}}}).status,
            200);
  const auto asked = cora.remove("/v1/me");
  ASSERT_EQ(asked.status, 200);
  last_ = asked.field("Consistency-Token");
  for (int night = 0; night < 2; ++night) {
    const auto shown = body_of(read("/v1/contributions/" + proposal));
    EXPECT_TRUE(shown.at("title").is_null());
    EXPECT_TRUE(shown.at("text").is_null());
    EXPECT_TRUE(shown.at("author").is_null());
    EXPECT_EQ(shown.at("replies"), 1);
    EXPECT_EQ(shown.at("answers")[0].at("answer").at("de"), "Gern.");
    EXPECT_EQ(body_of(read("/v1/contributions/" + reply)).at("text"), "Good");
    sweep(engine);
  }
}

TEST_F(Contributions, TellTheirHistoryInWords) {
  open_project(true);
  register_citizen(cora, {{"name", "Cora"}});
  const auto id = id_of(propose(cora, "A bench"));
  ASSERT_EQ(done(moderator, id, "release", {{"version", 1}}).status, 200);
  auto auditor = engine.caller("auditor", "otto");
  const auto trail = body_of(auditor.get("/v1/audit/contribution/" + id));
  ASSERT_EQ(trail.at("entries").size(), 2U);
  EXPECT_EQ(trail.at("entries")[1].at("text").at("en"), "Version 1 was released.");
}

TEST_F(Contributions, AreNewsOnceTheyAreReleased) {
  open_project(true);
  register_citizen(cora);
  const auto id = id_of(propose(cora, "A bench"));
  const auto types = [&](const std::string& query = "") {
    std::vector<std::string> all;
    const Json page = body_of(read("/v1/projects/park/news" + query));
    for (const Json& news : page.at("items")) all.push_back(news.at("type"));
    return all;
  };
  EXPECT_EQ(types(), (std::vector<std::string>{"project.opened.v1", "project.phase-defined.v1"}));
  const auto released = done(moderator, id, "release", {{"version", 1}});
  ASSERT_EQ(done(moderator, id, "hide", {{"manner", "blocked"}, {"reason", "spam"}}).status, 200);
  EXPECT_EQ(types("?after=2").back(), "contribution.released.v1");
  EXPECT_TRUE(types("?after=" + body_of(released).at("position").get<std::string>()).empty());
  EXPECT_EQ(body_of(read("/v1/projects/park/news?limit=1")).at("more"), true);
  EXPECT_EQ(read("/v1/projects/park/news?after=x").status, 400);
}

TEST_F(Contributions, CanBeAskedForBefore) {
  open_project(false, {{"features", {"propose"}}});
  const auto may = [&](Caller& who, const std::string& query) {
    return body_of(read_as(who, "/v1/me/may?" + query));
  };
  const std::string in_phase = "project=park&phase=ideas&action=";
  EXPECT_EQ(may(cora, in_phase + "propose").at("reason"), "citizen_unknown");
  last_ = cora.post("/v1/citizens").field("Consistency-Token");
  EXPECT_EQ(may(cora, in_phase + "propose"), (Json{{"may", true}}));
  EXPECT_EQ(may(cora, in_phase + "comment").at("reason"), "feature_off");
  EXPECT_EQ(may(cora, "project=park&phase=never&action=propose").at("reason"), "phase_unknown");
  EXPECT_EQ(may(cora, "poll=never").at("reason"), "poll_unknown");
  const auto poll = open_poll(staff);
  EXPECT_EQ(may(cora, "poll=" + poll), (Json{{"may", true}}));
  EXPECT_EQ(read_as(cora, "/v1/me/may?" + in_phase + "sing").status, 400);
  EXPECT_EQ(staff.get("/v1/me/may?poll=" + poll).status, 403);
}

class FewContributions : public Participation {
 protected:
  FewContributions()
      : Participation([](program::EngineOptions& options) { options.contributions_per_hour = 2; }) {}
};

TEST_F(FewContributions, AreBoundedByTheHour) {
  open_project(false);
  register_citizen(cora);
  register_citizen(carl);
  const auto id = id_of(propose(cora, "A bench"));
  ASSERT_EQ(comment(cora, id, "Mine").status, 201);
  const auto third = propose(cora, "A pond");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.field("RateLimit-Policy"), R"("contribution";q=2;w=3600)");
  EXPECT_EQ(comment(carl, id, "Good").status, 201);
  EXPECT_EQ(done(cora, id, "revise", {{"title", "Two"}, {"text", "More."}}).status, 200);
}

// ---- ratings and reports

class Discussion : public Participation {
 protected:
  Discussion() {
    register_citizen(cora, {{"name", "Cora"}});
    register_citizen(carl, {{"name", "Carl"}});
    open_project(false, {{"features", {"propose", "comment", "rate"}}});
    proposal = id_of(propose(cora, "A bench"));
  }
  HttpReply rate(Caller& who, const std::string& id, const std::string& rating) {
    const auto reply = who.put("/v1/contributions/" + id + "/rating", {{"rating", rating}});
    if (reply.status < 300) last_ = reply.field("Consistency-Token");
    return reply;
  }

  std::string proposal;
};

TEST_F(Discussion, SortsCommentsBySupportAndControversy) {
  const auto liked = id_of(comment(cora, proposal, "Good"));
  const auto disputed = id_of(comment(cora, proposal, "So so"));
  const auto disliked = id_of(comment(cora, proposal, "Bad"));
  for (Caller* const who : {&cora, &carl}) {
    ASSERT_EQ(rate(*who, liked, "up").status, 201);
    ASSERT_EQ(rate(*who, disliked, "down").status, 201);
  }
  ASSERT_EQ(rate(cora, disputed, "up").status, 201);
  ASSERT_EQ(rate(carl, disputed, "up").status, 201);
  ASSERT_EQ(rate(carl, disputed, "down").status, 200);
  EXPECT_EQ(code_of(rate(carl, disputed, "agree")), "rating_of_other_scale");
  const auto order = [&](const std::string& sort) {
    std::vector<std::string> ids;
    for (const Json& reply : items("/v1/contributions/" + proposal + "/replies" + sort))
      ids.push_back(reply.at("contribution"));
    return ids;
  };
  EXPECT_EQ(order(""), (std::vector{liked, disputed, disliked}));
  EXPECT_EQ(order("?sort=supported"), (std::vector{liked, disputed, disliked}));
  EXPECT_EQ(order("?sort=controversial"), (std::vector{disputed, disliked, liked}));
  EXPECT_EQ(read("/v1/contributions/" + proposal + "/replies?sort=loudest").status, 400);
  EXPECT_EQ(body_of(read("/v1/contributions/" + disputed)).at("ratings"), (Json{{"up", 1}, {"down", 1}}));
  EXPECT_EQ(body_of(read_as(carl, "/v1/me/ratings?project=park&phase=ideas")).at("ratings").size(), 3U);
  ASSERT_EQ(carl.remove("/v1/contributions/" + disputed + "/rating").status, 200);
  EXPECT_EQ(code_of(carl.remove("/v1/contributions/" + disputed + "/rating")), "not_rated");
}

TEST_F(Discussion, ShowsReportsToModeratorsUntilTheyDismissThem) {
  const auto rude = id_of(comment(carl, proposal, "Rude"));
  const auto report = [&](Caller& who) {
    return who.post("/v1/contributions/" + rude + "/report", {{"reason", "insulting"}});
  };
  ASSERT_EQ(report(cora).status, 201);
  EXPECT_EQ(code_of(report(cora)), "already_reported");
  const auto second = report(carl);
  ASSERT_EQ(second.status, 201);
  last_ = second.field("Consistency-Token");
  EXPECT_FALSE(body_of(read("/v1/contributions/" + rude)).contains("reports"));
  EXPECT_EQ(cora.get("/v1/moderation/reported").status, 403);
  const auto reported = body_of(read_as(moderator, "/v1/moderation/reported")).at("items");
  ASSERT_EQ(reported.size(), 1U);
  EXPECT_EQ(reported[0].at("reports"), (Json{{"insulting", 2}}));
  ASSERT_EQ(done(moderator, rude, "dismiss", Json::object()).status, 200);
  EXPECT_EQ(body_of(read_as(moderator, "/v1/moderation/reported")).at("items").size(), 0U);
  EXPECT_EQ(items("/v1/moderation")[0].at("action"), "reports_dismissed");
}

TEST_F(Discussion, IsPartOfWhatIsHeldAboutAPerson) {
  ASSERT_EQ(rate(cora, proposal, "up").status, 201);
  const auto all = body_of(read_as(cora, "/v1/me/export"));
  ASSERT_EQ(all.at("contributions").size(), 1U);
  EXPECT_EQ(all.at("contributions")[0].at("versions")[0].at("title"), "A bench");
  ASSERT_EQ(all.at("opinions").size(), 1U);
  EXPECT_EQ(all.at("opinions")[0].at("ratings")[0].at("contribution"), proposal);
}

}  // namespace
}  // namespace stimmbuch::test
