// The leader is lost, or only seems to be: promotion and durability.
#include <algorithm>
#include <array>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

TEST_F(Promotion, WithReplicatedDurabilityLosesNothingThoughTheLeadersDiskIsLost) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 40);
  const auto import = begin_import(one, 8'000);
  EXPECT_EQ(crowd.follow(one, 7, "park").status, 200);
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
  // It was on its way before the votes.
  EXPECT_EQ(crowd.follows(two, 7), nlohmann::json{"park"});
  EXPECT_EQ(crowd.vote(two, 3, "steel").status, 200);
  EXPECT_EQ(crowd.vote(two, 35, "steel").status, 201);
  EXPECT_EQ(run({"audit", "recount", "--data", two.data().string()}).code, 0);
  expect_all_equal();
}

// Roll and openings follow from the log and from secrets that travel with it, so it does not matter how far
// the leader has come with them.
TEST_F(Promotion, GoesOnWithWhatFollowsAClosedPollWhereTheLeaderEnded) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 12, R"("results":"after_close",)");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(crowd.vote(one, i, i % 2 == 0 ? "oak" : "steel").status, 201);
  const auto staff = one.token("staff", "anna");
  const auto closed = one.command("POST", "/v1/polls/bench/close", "{}", staff, "close");
  ASSERT_EQ(closed.status, 200) << closed.body;
  const auto position = std::stoull(nlohmann::json::parse(closed.body)["position"].get<std::string>());
  EXPECT_TRUE(eventually([&] { return one.head() > position; }));
  one.kill();
  promote(two);
  const auto counted = two.command("POST", "/v1/polls/bench/count", "{}", staff, "count");
  ASSERT_EQ(counted.status, 200) << counted.body;
  std::map<std::string, int> times;
  for (const auto& record : records_of(two.log())) ++times[record["type"].get<std::string>()];
  for (const auto* const type : {"roll.part-added.v1", "opening.part-added.v1", "poll.roll-completed.v1",
                                 "poll.openings-completed.v1", "poll.result-computed.v1"})
    EXPECT_EQ(times[type], 1) << type;
  const Ran audit = run({"audit", "verify", "--data", two.data().string(), "--json"});
  EXPECT_EQ(audit.code, 0) << audit.out;
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

TEST_F(Promotion, OfARunningNodeIsRefusedWithAnotherDurabilityThanItsOwn) {
  leader();
  Node& two = candidate();
  EXPECT_TRUE(eventually([&] { return two.replication()["promotable"] == true; }));
  const Ran refused = run(
      {"promote", "--data", two.data().string(), "--kafka", Broker::address(), "--durability", "replicated"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("would lead with durability local"), std::string::npos) << refused.err;
  EXPECT_EQ(two.replication()["role"], "follower");
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

// A command is given to whichever node takes it until it is acknowledged. Who led before and has not ended
// yet may refuse it, as it does not know whom it comes from.
template <class Command>
void insist(const std::array<Node*, 2>& nodes, Command&& command) {
  EXPECT_TRUE(eventually([&] {
    return std::ranges::any_of(nodes, [&](const Node* node) {
      try {
        return Crowd::is_acknowledged(command(*node));
      } catch (const std::exception&) {  // it is down, or changes its role
        return false;
      }
    });
  }));
}

// One new citizen after the other votes, and changes the vote.
void keep_voting(Crowd& crowd, int voter, const std::array<Node*, 2>& nodes, const std::stop_token& stop) {
  for (int i = 0; !stop.stop_requested(); ++i) {
    const auto name = "voter-" + std::to_string(voter) + "-" + std::to_string(i);
    insist(nodes, [&](const Node& node) { return crowd.join(node, name); });
    insist(nodes, [&](const Node& node) { return crowd.vote(node, i, "oak"); });
    insist(nodes, [&](const Node& node) { return crowd.vote(node, i, "steel"); });
  }
}

TEST_F(Promotion, BackAndForthLosesAndDoublesNoVoteOfAnybodyWhoVotesMeanwhile) {
  Node& one = leader("replicated");
  Node& two = candidate();
  std::vector<Crowd> crowds(3, Crowd(one, 0));
  {
    std::vector<std::jthread> voters;
    for (std::size_t voter = 0; voter < crowds.size(); ++voter) {
      voters.emplace_back([&, voter](const std::stop_token& stop) {
        keep_voting(crowds[voter], static_cast<int>(voter), {&one, &two}, stop);
      });
    }
    Node* leads = &one;
    Node* follows = &two;
    for (int round = 0; round < rounds(2) && !HasFailure(); ++round) {
      promote(*follows);
      std::swap(leads, follows);
      EXPECT_EQ(follows->end(), exit_former_leader) << follows->said();
      EXPECT_EQ(rejoin(*follows).code, 0);
      follows->start_as(following());
    }
  }
  expect_all_equal();
  const auto log = leader_node().log();
  std::size_t acknowledged = 0;
  for (const Crowd& crowd : crowds) {
    crowd.expect_all_in(log);
    acknowledged += crowd.acknowledged();
  }
  EXPECT_GT(acknowledged, 0U);
  EXPECT_EQ(std::ranges::count_if(records_of(log),
                                  [](const auto& record) {
                                    return record["type"].template get<std::string>().starts_with("ballot.");
                                  }),
            acknowledged);
  EXPECT_EQ(run({"audit", "recount", "--data", leader_node().data().string()}).code, 0);
}

}  // namespace
}  // namespace stimmbuch::test
