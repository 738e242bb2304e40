// Citizens follow projects: what they hear of, and that nobody else does.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "participation.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"

namespace stimmbuch::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Ids = std::vector<std::string>;

class FollowedProjects : public Participation {
 protected:
  FollowedProjects() {
    for (const auto* const id : {"park", "pool", "library"}) open(id);
    register_citizen(cora, {{"name", "Cora"}});
    register_citizen(carl, {{"name", "Carl"}});
  }
  void open(const std::string& project) {
    EXPECT_EQ(staff.post("/v1/projects", {{"id", project}, {"title", {{"de", project}}}}).status, 201);
  }
  void plan(const std::string& project, const std::string& milestone) {
    const auto planned = staff.post("/v1/projects/" + project + "/milestones",
                                    {{"id", milestone}, {"title", {{"de", milestone}}}});
    ASSERT_EQ(planned.status, 201) << planned.body;
    last_ = planned.field("Consistency-Token");
  }
  static HttpReply follow(Caller& who, const std::string& project) {
    return who.request("PUT", "/v1/me/follows/" + project, "", "");
  }
  static HttpReply unfollow(Caller& who, const std::string& project) {
    return who.request("DELETE", "/v1/me/follows/" + project, "", "");
  }
  static Ids follows_of(Caller& who) { return ids(who.get("/v1/me/follows")); }
  static Ids ids(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply).at("projects");
  }
  // The milestones that the caller hears of, page by page.
  Ids heard_by(Caller& who, int limit) {
    Ids heard;
    std::uint64_t after = 0;
    for (bool more = true; more;) {
      const Json page = body_of(
          read_as(who, "/v1/me/news?after=" + std::to_string(after) + "&limit=" + std::to_string(limit)));
      for (const auto& item : page.at("items")) {
        const auto position = std::stoull(item.at("position").get<std::string>());
        EXPECT_GT(position, after);
        after = position;
        if (item.contains("milestone"))
          heard.push_back(item.at("project").get<std::string>() + "/" +
                          item.at("milestone").get<std::string>());
      }
      more = page.at("more");
    }
    return heard;
  }
};

TEST_F(FollowedProjects, AreThoseOfTheCallerAlone) {
  EXPECT_THAT(follows_of(cora), IsEmpty());
  EXPECT_THAT(ids(follow(cora, "pool")), ElementsAre("pool"));
  EXPECT_THAT(ids(follow(cora, "park")), ElementsAre("pool", "park"));
  EXPECT_THAT(ids(follow(cora, "pool")), ElementsAre("pool", "park"));
  EXPECT_THAT(follows_of(carl), IsEmpty());
  EXPECT_THAT(ids(unfollow(cora, "pool")), ElementsAre("park"));
  EXPECT_THAT(ids(unfollow(cora, "pool")), ElementsAre("park"));
  EXPECT_THAT(follows_of(cora), ElementsAre("park"));
}

TEST_F(FollowedProjects, AreOnesThatThereAre) {
  EXPECT_EQ(follow(cora, "nothing").status, 404);
  EXPECT_EQ(follow(cora, "%20").status, 404);
  auto stranger = engine.caller("citizen", "stan");
  EXPECT_EQ(follow(stranger, "park").status, 404);
  EXPECT_EQ(stranger.get("/v1/me/follows").status, 404);
  EXPECT_EQ(follow(staff, "park").status, 403);
  EXPECT_EQ(anyone.request("GET", "/v1/me/follows").status, 401);
}

TEST_F(FollowedProjects, AreAHundredAtMost) {
  for (int i = 0; i < 100; ++i) {
    open("p" + std::to_string(i));
    ASSERT_EQ(follow(cora, "p" + std::to_string(i)).status, 200);
  }
  EXPECT_EQ(code_of(follow(cora, "park")), "too_many_follows");
  EXPECT_EQ(follow(cora, "p7").status, 200);
  ASSERT_EQ(unfollow(cora, "p7").status, 200);
  EXPECT_EQ(follow(cora, "park").status, 200);
}

TEST_F(FollowedProjects, TellTheirNewsInOneOrder) {
  ASSERT_EQ(follow(cora, "pool").status, 200);
  ASSERT_EQ(follow(cora, "park").status, 200);
  plan("park", "bench");
  plan("library", "shelf");
  plan("pool", "slide");
  plan("park", "pond");
  for (const int limit : {1, 2, 50})
    EXPECT_THAT(heard_by(cora, limit), ElementsAre("park/bench", "pool/slide", "park/pond"));
  EXPECT_THAT(heard_by(carl, 50), IsEmpty());
}

TEST_F(FollowedProjects, AreInNoRecord) {
  const auto head = records_of(engine.endpoints()).size();
  ASSERT_EQ(follow(cora, "park").status, 200);
  ASSERT_EQ(unfollow(cora, "park").status, 200);
  EXPECT_EQ(records_of(engine.endpoints()).size(), head);
}

TEST_F(FollowedProjects, OutliveARestart) {
  ASSERT_EQ(follow(cora, "park").status, 200);
  engine.stop();
  engine.start();
  auto again = engine.caller("citizen", "cora");
  EXPECT_THAT(follows_of(again), ElementsAre("park"));
}

TEST_F(FollowedProjects, StandInTheExportAndEndWithTheAccount) {
  ASSERT_EQ(follow(cora, "park").status, 200);
  EXPECT_EQ(body_of(cora.get("/v1/me/export")).at("follows"), Json{"park"});
  ASSERT_EQ(cora.remove("/v1/me").status, 200);
  EXPECT_EQ(code_of(cora.get("/v1/me/follows")), "citizen_erased");
  EXPECT_EQ(code_of(cora.get("/v1/me/news")), "citizen_erased");
  EXPECT_EQ(code_of(follow(cora, "pool")), "citizen_erased");
  sweep(engine);
  engine.stop();
  const auto keys = vault::load_wrapping_keys(vault::default_key_file(engine.data()), engine.data());
  const auto vault = vault::RocksVault::open(engine.data(), *keys, vault::RocksVault::Start::later);
  ASSERT_TRUE(vault) << vault.error().text;
  (*vault)->each_secret("follows/", [](std::string_view name, std::string_view) { ADD_FAILURE() << name; });
}

}  // namespace
}  // namespace stimmbuch::test
