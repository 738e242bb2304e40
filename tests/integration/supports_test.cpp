// Supports of proposals over HTTP: who may give them, what is counted, and what nobody can tell.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "participation.hpp"

namespace stimmbuch::test {
namespace {

class Supports : public Participation {
 protected:
  Supports() {
    register_citizen(cora, {{"name", "Cora"}});
    register_citizen(carl, {{"name", "Carl"}});
  }
  HttpReply support(Caller& who, const std::string& proposal, int version = 1) {
    return remember(who.put("/v1/contributions/" + proposal + "/support", {{"version", version}}));
  }
  HttpReply withdraw(Caller& who, const std::string& proposal) {
    return remember(who.remove("/v1/contributions/" + proposal + "/support"));
  }
  int supports_of(const std::string& proposal) {
    return body_of(read("/v1/contributions/" + proposal)).at("supports");
  }
  Json own(Caller& who) { return body_of(read_as(who, "/v1/me/supports?project=park&phase=ideas")); }

 private:
  HttpReply remember(HttpReply reply) {
    if (reply.status < 300) last_ = reply.field("Consistency-Token");
    return reply;
  }
};

TEST_F(Supports, AreCountedOncePerPerson) {
  open_project(false);
  const auto bench = id_of(propose(cora, "A bench"));
  const auto given = support(cora, bench);
  ASSERT_EQ(given.status, 201) << given.body;
  EXPECT_EQ(code_of(support(cora, bench)), "already_supported");
  ASSERT_EQ(support(carl, bench).status, 201);
  EXPECT_EQ(supports_of(bench), 2);
  ASSERT_EQ(withdraw(cora, bench).status, 200);
  EXPECT_EQ(code_of(withdraw(cora, bench)), "not_supported");
  EXPECT_EQ(supports_of(bench), 1);
  EXPECT_EQ(support(staff, bench).status, 403);
  EXPECT_EQ(support(cora, "nothing").status, 404);
}

TEST_F(Supports, CountOnceThereAreAsManyAsThePhaseWants) {
  open_project(false, {{"supports", {{"least", 2}, {"most", 2}}}});
  const auto bench = id_of(propose(cora, "A bench"));
  const auto pond = id_of(propose(cora, "A pond"));
  const auto swing = id_of(propose(cora, "A swing"));
  ASSERT_EQ(support(carl, bench).status, 201);
  EXPECT_EQ(supports_of(bench), 0);
  EXPECT_EQ(own(carl).at("count"), false);
  ASSERT_EQ(support(carl, pond).status, 201);
  EXPECT_EQ(supports_of(bench), 1);
  EXPECT_EQ(own(carl).at("count"), true);
  EXPECT_EQ(code_of(support(carl, swing)), "supports_exhausted");
}

TEST_F(Supports, OfMergedProposalsAreShownApartAndByPeople) {
  open_project(false);
  const auto bench = id_of(propose(cora, "A bench"));
  const auto seat = id_of(propose(carl, "A seat"));
  for (const auto& proposal : {bench, seat}) ASSERT_EQ(support(cora, proposal).status, 201);
  ASSERT_EQ(support(carl, seat).status, 201);
  ASSERT_EQ(done(staff, seat, "merge", {{"into", bench}, {"reason", "The same."}}).status, 200);
  const auto merged = body_of(read("/v1/contributions/" + bench));
  EXPECT_EQ(merged.at("supports"), 1);
  EXPECT_EQ(merged.at("supporters"), 2);
  EXPECT_EQ(merged.at("merged_from"), Json::array({seat}));
  EXPECT_EQ(code_of(support(carl, seat)), "contribution_over");
  const auto listed = items("/v1/contributions?project=park&sort=supported");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("contribution"), bench);
}

TEST_F(Supports, AreListedByTheirNumber) {
  open_project(false);
  const auto bench = id_of(propose(cora, "A bench"));
  const auto pond = id_of(propose(cora, "A pond"));
  ASSERT_EQ(support(carl, bench).status, 201);
  for (const auto* const list : {"/v1/contributions?project=park&sort=supported",
                                 "/v1/contributions?project=park&phase=ideas&sort=supported"}) {
    const auto listed = items(list);
    ASSERT_EQ(listed.size(), 2U) << list;
    EXPECT_EQ(listed[0].at("contribution"), bench);
    EXPECT_EQ(listed[1].at("contribution"), pond);
  }
  EXPECT_EQ(items("/v1/contributions?project=park")[0].at("contribution"), pond);
  EXPECT_EQ(read("/v1/contributions?project=park&sort=loudest").status, 400);
}

TEST_F(Supports, AreWrittenUnderAPseudonymOnTheGrid) {
  open_project(false);
  const auto bench = id_of(propose(cora, "A bench"));
  ASSERT_EQ(support(cora, bench).status, 201);
  std::set<std::string> citizens;
  for (const Json& record : records_of(engine.endpoints())) {
    const std::string subject = record.at("subject");
    if (subject.starts_with("citizen/")) citizens.insert(subject.substr(8));
    if (!subject.starts_with("support/")) continue;
    EXPECT_TRUE(record.at("actor").get<std::string>().starts_with("voter/"));
    EXPECT_EQ(record.at("time").get<std::string>().substr(13), ":00:00.000000Z");
    for (const auto& citizen : citizens) EXPECT_FALSE(record.dump().contains(citizen));
  }
  EXPECT_EQ(citizens.size(), 2U);
}

TEST_F(Supports, StayWhenTheirSecretEndsWithThePhase) {
  open_project(false, {{"objection_days", 0}});
  const auto bench = id_of(propose(cora, "A bench"));
  ASSERT_EQ(support(cora, bench).status, 201);
  sweep(engine);
  EXPECT_EQ(own(cora).at("supports").size(), 1U);
  ASSERT_EQ(staff.post("/v1/projects/park/phases/ideas/close", {{"reason", "Enough."}}).status, 200);
  EXPECT_EQ(code_of(withdraw(cora, bench)), "phase_not_open");
  sweep(engine);
  EXPECT_EQ(records_of(engine.endpoints()).back().at("type"), "project.secret-destroyed.v1");
  EXPECT_EQ(code_of(read_as(cora, "/v1/me/supports?project=park&phase=ideas")), "secret_destroyed");
  EXPECT_EQ(code_of(withdraw(cora, bench)), "secret_destroyed");
  EXPECT_EQ(supports_of(bench), 1);
  const auto reopened = staff.post("/v1/projects/park/phases/ideas/reopen",
                                   {{"reason", "More."}, {"closes", hours_from_now(2)}});
  EXPECT_EQ(code_of(reopened), "secret_destroyed");
  EXPECT_EQ(code_of(read_as(cora, "/v1/me/supports?project=park&phase=other")), "phase_unknown");
}

TEST_F(Supports, AreNotGivenTwiceByRegisteringAgain) {
  open_project(false);
  const auto bench = id_of(propose(carl, "A bench"));
  ASSERT_EQ(support(cora, bench).status, 201);
  ASSERT_EQ(cora.remove("/v1/me").status, 200);
  EXPECT_EQ(code_of(withdraw(cora, bench)), "citizen_erased");
  sweep(engine);
  EXPECT_EQ(code_of(cora.post("/v1/citizens")), "erasure_pending");
  EXPECT_EQ(supports_of(bench), 1);
}

TEST_F(Supports, LeadToOptionsOfAPoll) {
  open_project(false);
  const auto bench = id_of(propose(cora, "A bench"));
  const auto drafted =
      staff.post("/v1/polls", Json::parse(R"({"project":"park","title":{"de":"Was?"},"kind":"single",
    "rule":{"kind":"most_votes"}})"));
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  const std::string poll = body_of(drafted).at("poll");
  const auto added =
      staff.post("/v1/polls/" + poll + "/options",
                 {{"options", {{{"id", "bench"}, {"title", {{"de", "Bank"}}}, {"proposal", bench}}}}});
  ASSERT_EQ(added.status, 200) << added.body;
  last_ = added.field("Consistency-Token");
  const auto option = body_of(read("/v1/polls/" + poll)).at("options")[0];
  EXPECT_EQ(option.at("origin"), (Json{{"proposal", bench}, {"version", 1}}));
  EXPECT_EQ(option.at("title").at("de"), "Bank");
}

}  // namespace
}  // namespace stimmbuch::test
