// A ledger published to a real broker, and followers of it.
#include <future>
#include <random>

#include "crowd.hpp"
#include "nodes.hpp"
#include "support/seed.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

TEST_F(Nodes, HaveTheSameLogByteForByteAndTheSameDocuments) {
  Node& one = leader();
  Node& two = follower();
  import_into(one, 5'000);
  expect_all_equal();
  const auto polls = nlohmann::json::parse(one.get("/v1/polls").body);
  const std::string tally = "/v1/polls/" + polls["items"][0]["poll"].get<std::string>() + "/tally";
  EXPECT_TRUE(eventually([&] { return two.get(tally).body == one.get(tally).body; }));
  EXPECT_EQ(two.get(tally).field("ETag"), one.get(tally).field("ETag"));
}

TEST_F(Nodes, FollowFromNothingHoweverLate) {
  Node& one = leader();
  import_into(one, 3'000);
  Node& two = follower();
  import_into(one, 2'000);
  expect_all_equal();
  two.stop();
  import_into(one, 1'000);
  two.start();
  expect_all_equal();
}

TEST_F(Nodes, WaitForWhatACallerHasSeenElsewhereOrSayHowFarTheyAre) {
  Node& one = leader();
  Node& two = follower();
  import_into(one, 500);
  const auto seen = one.get("/v1/figures").field("Consistency-Token");
  auto caller = HttpClient::tcp(two.port());
  EXPECT_EQ(caller.request("GET", "/v1/figures", {}, "Consistency-Token: " + seen + "\r\n").status, 200);
  Broker::freeze();
  // It cannot hear of anything new now.
  const auto import = begin_import(one, 700);
  expect_import_succeeds(*import);
  const auto later = one.get("/v1/figures").field("Consistency-Token");
  const auto behind =
      caller.request("GET", "/v1/figures", {}, "Consistency-Token: " + later + "\r\nPrefer: wait=1\r\n");
  Broker::thaw();
  EXPECT_EQ(behind.status, 503);
  EXPECT_EQ(nlohmann::json::parse(behind.body)["code"], "follower_behind");
  EXPECT_GT(nlohmann::json::parse(behind.body)["lag"], 0);
  EXPECT_TRUE(eventually([&] {
    return caller.request("GET", "/v1/figures", {}, "Consistency-Token: " + later + "\r\n").status == 200;
  }));
}

TEST_F(Nodes, NameTheLeaderToWhoeverSendsCommands) {
  Node& one = leader();
  Node& two = follower();
  const auto refused = HttpClient::tcp(two.port()).request("POST", "/v1/projects", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(nlohmann::json::parse(refused.body)["code"], "not_the_leader");
  EXPECT_EQ(nlohmann::json::parse(refused.body)["leader"], one.url());
}

TEST_F(Nodes, WithoutAKeyHaveNoSecretAndMakeNoToken) {
  leader();
  Node& two = follower();
  EXPECT_FALSE(std::filesystem::exists(two.data() / "vault"));
  EXPECT_NE(run({"token", "--data", two.data().string(), "--role", "staff"}).code, 0);
  EXPECT_EQ(two.replication()["promotable"], false);
}

TEST_F(Nodes, AreEqualAfterTheLeaderWasKilledWhilePublishing) {
  Node& one = leader();
  follower();
  std::mt19937_64 random(seeds(1).front());
  for (int round = 0; round < rounds(4); ++round) {
    const auto import = begin_import(one, 4'000 + static_cast<std::size_t>(round));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
    one.kill();
    one.start();
    expect_import_succeeds(*import);
  }
  expect_all_equal();
}

TEST_F(Nodes, AreEqualAfterFollowersWereKilled) {
  Node& one = leader();
  Node& two = follower();
  std::mt19937_64 random(seeds(1).front());
  for (int round = 0; round < rounds(4); ++round) {
    const auto import = begin_import(one, 4'000 + static_cast<std::size_t>(round));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
    two.kill();
    two.start();
    expect_import_succeeds(*import);
  }
  expect_all_equal();
}

TEST_F(Nodes, GoOnWithoutTheBrokerAndCatchUpWhenItIsBack) {
  Node& one = leader();
  follower();
  import_into(one, 1'000);
  const auto import = begin_import(one, 6'000);
  Broker::kill();
  expect_import_succeeds(*import);
  EXPECT_TRUE(eventually([&] { return one.replication()["backlog"] > 0; }));
  EXPECT_EQ(one.ask_operator("/readyz").status, 200);
  import_into(one, 500);
  Broker::start();
  expect_all_equal();
}

TEST_F(Nodes, GoOnWithABrokerThatDoesNotAnswer) {
  Node& one = leader();
  Node& two = follower();
  Broker::freeze();
  import_into(one, 3'000);
  EXPECT_TRUE(eventually([&] { return one.replication()["connected"] == false; }));
  std::this_thread::sleep_for(12s);  // beyond the time in which a message must be delivered
  import_into(one, 500);
  Broker::thaw();
  expect_all_equal();
  EXPECT_EQ(two.stop(), 0);
}

TEST_F(Nodes, WhoseBrokerIsAwaySayThatBeforeTheyLookForWhoAsks) {
  Node& one = leader("replicated");
  Crowd crowd(one, 1);
  const auto stranger = one.token("citizen", "stranger");
  Broker::freeze();
  auto voting = std::async(std::launch::async, [&] { return crowd.vote(one, 0, "oak"); });
  EXPECT_TRUE(eventually([&] {
    const auto reply =
        one.command("PUT", "/v1/polls/bench/ballot", R"({"choices":["oak"]})", stranger, "stranger");
    return nlohmann::json::parse(reply.body)["code"] == "read_only";
  }));
  Broker::thaw();
  voting.wait();
  EXPECT_TRUE(eventually([&] { return crowd.vote(one, 0, "oak").status == 201; }));
}

TEST_F(Nodes, RefuseATopicThatCannotKeepTheOrder) {
  const auto data = directory_.path() / "town";
  std::string ledger;
  {
    Served alone(data, "demo");
    const auto described = HttpClient::unix_socket((data / "admin.sock").string()).get("/admin/ledger").body;
    ledger = nlohmann::json::parse(described)["ledger"].get<std::string>();
    alone.stop();
  }
  Broker::make_topic("stimmbuch." + ledger + ".events", {"--partitions", "3"});
  const Ran refused = Node(data, {"serve"}).run_to_end();
  EXPECT_EQ(refused.code, 13);
  EXPECT_NE(refused.err.find("has 3 partitions"), std::string::npos) << refused.err;
}

TEST_F(Nodes, RefuseATopicThatForgets) {
  const auto data = directory_.path() / "town";
  std::string ledger;
  {
    Served alone(data, "demo");
    const auto described = HttpClient::unix_socket((data / "admin.sock").string()).get("/admin/ledger").body;
    ledger = nlohmann::json::parse(described)["ledger"].get<std::string>();
    alone.stop();
  }
  Broker::make_topic("stimmbuch." + ledger + ".events",
                     {"--partitions", "1", "--config", "retention.ms=3600000"});
  const Ran refused = Node(data, {"serve"}).run_to_end();
  EXPECT_EQ(refused.code, 13);
  EXPECT_NE(refused.err.find("retention.ms is 3600000"), std::string::npos) << refused.err;
}

TEST_F(Nodes, StopAtARecordThatIsNotTheNextOne) {
  Node& one = leader();
  import_into(one, 100);
  Node& two = follower();
  const auto position = one.head() + 2;  // the next but one
  expect_all_equal();
  one.stop();
  ChildProcess stranger({"/bin/sh", "-c",
                         "echo '{}' | kcat -b " + Broker::address() + " -P -t stimmbuch." + two.ledger() +
                             ".events -p 0 -k x -H content-type=application/cloudevents+json -H position=" +
                             std::to_string(position)});
  ASSERT_EQ(stranger.wait(), 0);
  EXPECT_EQ(two.end(), 1);
  EXPECT_NE(two.said().find("the record at position " + std::to_string(position - 1) + " is missing"),
            std::string::npos)
      << two.said();
}

TEST_F(Nodes, CompareTopicAndLedgerAndPublishAgainForANewConsumer) {
  Node& one = leader();
  import_into(one, 1'000);
  expect_all_equal();
  const auto with_kafka = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--data", one.data().string(), "--kafka", Broker::address(), "--json",
                               "--progress", "none"});
    return run(words);
  };
  const Ran verified = with_kafka({"kafka", "verify"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(verified.last()["position"], std::to_string(one.head()));
  const std::string again = "again." + one.ledger();
  const Ran half = with_kafka({"kafka", "replay", "--topic", again, "--limit", "500"});
  EXPECT_EQ(half.code, 0) << half.err;
  const Ran rest = with_kafka({"kafka", "replay", "--topic", again});
  EXPECT_EQ(rest.last()["records"], one.head() - 500) << rest.out << rest.err;
  EXPECT_EQ(consume_topic(again).values == one.log(), true);
}

TEST_F(Nodes, PublishWhatTheCloudEventsSdkOfAnotherLanguageReads) {
  Node& one = leader();
  import_into(one, 300);
  expect_all_equal();
  ChildProcess sdk({STIMMBUCH_SDK_PYTHON, STIMMBUCH_SDK_READER, Broker::address(),
                    "stimmbuch." + one.ledger() + ".events"});
  EXPECT_EQ(sdk.wait(), 0) << sdk.err();
  const Ran ran{0, sdk.out(), sdk.err()};
  ASSERT_EQ(ran.lines().size(), one.head());
  EXPECT_EQ(ran.lines().front(), "1 ledger.created.v1 ledger/" + one.ledger());
}

}  // namespace
}  // namespace stimmbuch::test
