// What nodes of each kind show, and what they do with what is not theirs to answer.
#include "crowd.hpp"
#include "nodes.hpp"
#include "support/certificates.hpp"

namespace stimmbuch::test {
namespace {

constexpr int exit_credentials = 12;

class Kinds : public Nodes {
 protected:
  // A follower with the key of texts alone.
  Node& reading(const std::vector<std::string>& more = {}) {
    const auto file = directory_.path() / "reading.keys";
    std::ifstream whole(key_file());
    std::ofstream part(file);
    std::string line;
    for (int i = 0; i < 2 && std::getline(whole, line); ++i) part << line << '\n';
    part.close();
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    std::vector<std::string> words{"--wrapping-key", file.string()};
    words.insert(words.end(), more.begin(), more.end());
    return follower("reading", words);
  }
  Node& forwarding() { return follower("forwarding", {"--forward"}); }
};

TEST_F(Kinds, WithTheKeyOfTextsAloneKnowNobodyAndCannotLead) {
  Node& one = leader();
  Node& two = reading();
  Crowd crowd(one, 1);
  expect_all_equal();
  EXPECT_TRUE(std::filesystem::exists(two.data() / "vault"));
  const auto me = HttpClient::tcp(two.port()).get("/v1/me");
  EXPECT_EQ(me.status, 503);
  EXPECT_EQ(nlohmann::json::parse(me.body)["code"], "not_the_leader");
  EXPECT_NE(run({"token", "--data", two.data().string(), "--role", "staff"}).code, 0);
  EXPECT_EQ(two.replication()["promotable"], false);
  const Ran promoted = run({"promote", "--data", two.data().string(), "--kafka", Broker::address()});
  EXPECT_NE(promoted.code, 0);
  EXPECT_NE(promoted.err.find("key of texts alone"), std::string::npos) << promoted.err;
}

// A poll with a text in the vault, and what a node shows of it.
void draft_described_poll(const Node& node) {
  const auto staff = node.token("staff", "anna");
  node.command("POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})", staff, "project");
  const auto drafted = node.command(
      "POST", "/v1/polls",
      R"({"id":"described","project":"park","title":{"de":"Welche Bank?"},"description":{"de":"Am Weiher"},)"
      R"("kind":"single","rule":{"kind":"most_votes"},)"
      R"("options":[{"id":"oak","title":{"de":"Eiche"}},{"id":"steel","title":{"de":"Stahl"}}]})",
      staff, "described");
  ASSERT_EQ(drafted.status, 201) << drafted.body;
}

nlohmann::json description_at(const Node& node) {
  const auto poll = node.get("/v1/polls/described");
  return poll.status == 200 ? nlohmann::json::parse(poll.body)["description"]["de"] : nlohmann::json();
}

TEST_F(Kinds, ShowTextsWhereTheyHaveTheirKey) {
  Node& one = leader();
  Node& two = reading();
  Node& three = follower();
  draft_described_poll(one);
  expect_all_equal();
  EXPECT_TRUE(eventually([&] { return two.get("/v1/polls/described").status == 200; }));
  EXPECT_TRUE(eventually([&] { return three.get("/v1/polls/described").status == 200; }));
  EXPECT_EQ(description_at(one), "Am Weiher");
  EXPECT_EQ(description_at(two), "Am Weiher");
  EXPECT_NE(description_at(three), "Am Weiher");
}

TEST_F(Kinds, ShowNoTextWhileTheyCannotHearWhichWereDestroyed) {
  Node& one = leader();
  Node& two = reading({"--texts-patience", "3s"});
  draft_described_poll(one);
  expect_all_equal();
  EXPECT_TRUE(eventually([&] { return description_at(two) == "Am Weiher"; }));
  Broker::freeze();
  EXPECT_TRUE(eventually([&] { return two.get("/v1/polls/described").status == 503; }));
  const auto withheld = two.get("/v1/polls/described");
  const auto figures = two.get("/v1/projects/park");
  Broker::thaw();
  EXPECT_EQ(nlohmann::json::parse(withheld.body)["code"], "texts_behind") << withheld.body;
  EXPECT_EQ(figures.status, 200) << figures.body;
  EXPECT_TRUE(eventually([&] { return description_at(two) == "Am Weiher"; }));
}

TEST_F(Kinds, TakeTheirKeyFromACommand) {
  leader();
  Node& two = follower("candidate", {"--wrapping-key-command", "cat " + key_file().string()});
  EXPECT_TRUE(eventually([&] { return two.replication()["promotable"] == true; }));
  EXPECT_EQ(two.stop(), 0);
  Node broken(directory_.path() / "broken", {"follow", "--wrapping-key-command", "exit 9"}, brokers_);
  const Ran refused = broken.run_to_end();
  EXPECT_EQ(refused.code, exit_credentials) << refused.err;
  EXPECT_NE(refused.err.find("exit code 9"), std::string::npos) << refused.err;
}

TEST_F(Kinds, ForwardCommandsAndWhatOnlyTheLeaderKnows) {
  Node& one = leader();
  Node& two = forwarding();
  Crowd crowd(one, 3);
  const auto voted = crowd.vote(two, 0, "oak");
  EXPECT_EQ(voted.status, 201) << voted.body;
  EXPECT_EQ(nlohmann::json::parse(crowd.vote(two, 0, "oak").body)["replayed"], true);
  EXPECT_EQ(crowd.me(two, 1)["texts"]["name"], "citizen-1");
  EXPECT_EQ(crowd.follow(two, 1, "park").status, 200);
  EXPECT_EQ(crowd.follows(two, 1), nlohmann::json{"park"});
  // Its token is good for reading here what was done there.
  const auto tally =
      HttpClient::tcp(two.port())
          .request("GET", "/v1/polls/bench/tally", {},
                   "Prefer: wait=20\r\nConsistency-Token: " + voted.field("Consistency-Token") + "\r\n");
  EXPECT_EQ(tally.status, 200) << tally.body;
  expect_all_equal();
  crowd.expect_all_in(two.log());
}

TEST_F(Kinds, ForwardByHttpsToTheLeaderThatTheyKnow) {
  const auto in = [&](const std::string& name) { return (directory_.path() / name).string(); };
  const TestIssuer issuer;
  issuer.write_certificate(in("ca.pem"));
  issuer.issue(in("chain.pem"), in("key.pem"));
  TestIssuer().write_certificate(in("other.pem"));
  const Node& one = leader("local", {"--tls-cert", in("chain.pem"), "--tls-key", in("key.pem")});
  const auto follow = [&](const std::string& name, const std::string& ca_file) -> Node& {
    return add(name, {"follow", "--ledger", one.ledger(), "--leader",
                      "https://localhost:" + std::to_string(one.port()), "--forward", "--ca-file", ca_file});
  };
  const auto start_project = [&](const Node& node) {
    return node.command("POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})",
                        one.token("staff", "anna"), "project");
  };
  Node& stranger = follow("stranger", in("other.pem"));
  const auto withheld = start_project(stranger);
  EXPECT_EQ(withheld.status, 503);
  EXPECT_EQ(nlohmann::json::parse(withheld.body)["code"], "read_only") << "nothing was written";
  stranger.stop();
  EXPECT_NE(stranger.said().find("its issuer is not in " + in("other.pem")), std::string::npos);
  const auto forwarded = start_project(follow("forwarding", in("ca.pem")));
  EXPECT_EQ(forwarded.status, 201) << forwarded.body;
}

TEST_F(Kinds, SayThatNothingWasWrittenWhileTheLeaderIsAway) {
  Node& one = leader();
  Node& two = forwarding();
  Crowd crowd(one, 1);
  one.stop();
  const auto away = crowd.vote(two, 0, "oak");
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(nlohmann::json::parse(away.body)["code"], "read_only");
  one.start();
  EXPECT_EQ(crowd.vote(two, 0, "oak").status, 201);
}

TEST_F(Kinds, ForwardNothingThatWasForwarded) {
  leader();
  Node& two = forwarding();
  const auto reply =
      HttpClient::tcp(two.port()).request("POST", "/v1/projects", "{}", "Via: 1.1 stimmbuch\r\n");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(nlohmann::json::parse(reply.body)["code"], "not_the_leader");
}

TEST_F(Kinds, TellABrokerThatHangsFromOneThatHasNothingNew) {
  leader();
  Node& two = follower();
  EXPECT_TRUE(eventually([&] { return two.replication()["caught_up"] == true; }));
  EXPECT_EQ(two.replication()["connected"], true);
  Broker::freeze();
  EXPECT_TRUE(eventually([&] { return two.replication()["connected"] == false; }));
  EXPECT_TRUE(eventually([&] { return two.replication()["behind_s"] >= 5; }));
  Broker::thaw();
  EXPECT_TRUE(eventually([&] { return two.replication()["connected"] == true; }));
  EXPECT_TRUE(eventually([&] { return two.replication()["behind_s"] <= 2; }));
}

}  // namespace
}  // namespace stimmbuch::test
