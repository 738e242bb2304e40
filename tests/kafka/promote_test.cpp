// The leader is lost, or only seems to be: promotion and durability.
#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

TEST_F(Promotion, WithReplicatedDurabilityLosesNothingThoughTheLeadersDiskIsLost) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 40);
  const auto import = begin_import(one, 8'000);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(crowd.vote(one, i, "oak").status, 201);
  one.kill();
  import->signal(SIGKILL);
  import->wait();
  std::filesystem::remove_all(one.data());
  promote(two);
  EXPECT_EQ(crowd.acknowledged(), 30U);
  crowd.expect_all_in(two.log());
  // The same import and the same votes again have no second effect.
  import_into(two, 8'000);
  for (int i = 0; i < 30; ++i) {
    const auto again = crowd.vote(two, i, "oak");
    EXPECT_EQ(nlohmann::json::parse(again.body)["replayed"], true) << again.body;
  }
  EXPECT_EQ(crowd.me(two, 3)["texts"]["name"], "citizen-3");
  EXPECT_EQ(crowd.vote(two, 3, "steel").status, 200);
  EXPECT_EQ(crowd.vote(two, 35, "steel").status, 201);
  EXPECT_EQ(run({"audit", "recount", "--data", two.data().string()}).code, 0);
  expect_all_equal();
}

TEST_F(Promotion, OfAnotherNodeEndsALeaderThatIsStillUp) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 4);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  promote(two);
  EXPECT_EQ(crowd.vote(two, 1, "oak").status, 201);
  EXPECT_EQ(one.end(), exit_former_leader) << one.said();
  crowd.expect_all_in(two.log());
  const Ran rejoined = rejoin(one);
  EXPECT_EQ(rejoined.code, 0) << rejoined.err;
  one.start_as(following());
  expect_all_equal();
  // And back again.
  promote(one);
  EXPECT_EQ(crowd.vote(one, 2, "steel").status, 201);
  EXPECT_EQ(crowd.vote(one, 0, "steel").status, 200);
}

TEST_F(Promotion, NeedsTheKeyOfTheVault) {
  leader();
  Node& two = Nodes::follower();
  const Ran refused = run({"promote", "--data", two.data().string(), "--kafka", Broker::address()});
  EXPECT_NE(refused.code, 0);
  EXPECT_NE(refused.err.find("wrapping key"), std::string::npos) << refused.err;
  EXPECT_EQ(two.replication()["role"], "follower");
}

TEST_F(Promotion, IsNotNeededWhileTheBrokerIsAway) {
  Node& one = leader("replicated");
  Crowd crowd(one, 8);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  Broker::kill();
  // Commands are refused before anything is written, once the broker is known to be away.
  int citizen = 1;
  EXPECT_TRUE(eventually([&] {
    const auto reply = crowd.vote(one, citizen, "oak");
    return reply.status == 503 && nlohmann::json::parse(reply.body)["code"] == "read_only";
  }));
  const auto head = one.head();
  EXPECT_EQ(crowd.vote(one, 2, "oak").status, 503);
  EXPECT_EQ(one.head(), head);
  EXPECT_EQ(one.ask_operator("/readyz").status, 503);
  EXPECT_EQ(one.get("/v1/polls").status, 200);
  Broker::start();
  for (int i = 1; i < 8; ++i) EXPECT_TRUE(eventually([&] { return crowd.vote(one, i, "oak").status < 300; }));
  crowd.expect_all_in(one.log());
  expect_all_equal();
}

}  // namespace
}  // namespace stimmbuch::test
