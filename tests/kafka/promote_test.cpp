// The leader is lost, or only seems to be: promotion, durability, and the way back.
#include <map>

#include "nodes.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

constexpr int exit_former_leader = 15;

// Citizens who vote in one poll, each under a key of their own.
class Crowd {
 public:
  Crowd(const Node& node, int citizens) {
    const auto staff = mint(node, "staff", "anna");
    command(node, "POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})", staff, "project");
    command(node, "POST", "/v1/polls",
            R"({"id":"bench","project":"park","title":{"de":"Welche Bank?"},"kind":"single",)"
            R"("rule":{"kind":"most_votes"},"live_step":1,"changeable":true,)"
            R"("options":[{"id":"oak","title":{"de":"Eiche"}},{"id":"steel","title":{"de":"Stahl"}}]})",
            staff, "poll");
    command(node, "POST", "/v1/polls/bench/open", "{}", staff, "open");
    for (int i = 0; i < citizens; ++i) {
      const auto name = "citizen-" + std::to_string(i);
      tokens_.push_back(mint(node, "citizen", name));
      const auto status =
          command(node, "POST", "/v1/citizens", R"({"name":")" + name + R"("})", tokens_.back(), name).status;
      EXPECT_EQ(status, 201);
    }
  }

  // Votes, and notes what was acknowledged.
  HttpReply vote(const Node& node, int citizen, const std::string& choice) {
    const auto key = "vote-" + std::to_string(citizen) + "-" + choice;
    auto reply = command(node, "PUT", "/v1/polls/bench/ballot", R"({"choices":[")" + choice + R"("]})",
                         tokens_.at(static_cast<std::size_t>(citizen)), key);
    if (reply.status == 200 || reply.status == 201) {
      const auto answer = nlohmann::json::parse(reply.body);
      acknowledged_[std::stoull(answer["position"].get<std::string>())] = answer["ballot"];
    }
    return reply;
  }

  nlohmann::json me(const Node& node, int citizen) const {
    const auto token = tokens_.at(static_cast<std::size_t>(citizen));
    return nlohmann::json::parse(HttpClient::tcp(node.port())
                                     .request("GET", "/v1/me", {}, "Authorization: Bearer " + token + "\r\n")
                                     .body);
  }

  // Every acknowledged ballot lies where the answer said.
  void expect_all_in(const std::string& log) const {
    std::size_t begin = 0;
    std::map<std::uint64_t, std::string> subjects;
    for (std::uint64_t position = 1; begin < log.size(); ++position) {
      const auto end = log.find('\n', begin);
      subjects[position] = nlohmann::json::parse(log.substr(begin, end - begin))["subject"];
      begin = end + 1;
    }
    for (const auto& [position, ballot] : acknowledged_) EXPECT_EQ(subjects[position], ballot) << position;
  }

  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  static std::string mint(const Node& node, const std::string& role, const std::string& subject) {
    const auto body = R"({"role":")" + role + R"(","subject":")" + subject + R"("})";
    const auto reply =
        HttpClient::unix_socket((node.data() / "admin.sock").string()).request("POST", "/admin/tokens", body);
    return nlohmann::json::parse(reply.body)["token"];
  }
  static HttpReply command(const Node& node, const std::string& method, const std::string& target,
                           const std::string& body, const std::string& token, const std::string& key) {
    return HttpClient::tcp(node.port())
        .request(method, target, body,
                 "Authorization: Bearer " + token +
                     "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + key +
                     std::string(16, '.') + "\"\r\n");
  }

  std::vector<std::string> tokens_;
  std::map<std::uint64_t, std::string> acknowledged_;  // subject by position
};

class Promotion : public Nodes {
 protected:
  // Has a follower lead, and waits until it does.
  void promote(Node& node, const std::string& durability) {
    const Ran ran = run({"promote", "--data", node.data().string(), "--kafka", Broker::address(),
                         "--durability", durability, "--json"});
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
    lead_from(node);
  }
  Ran rejoin(const Node& node) {
    return run({"rejoin", "--data", node.data().string(), "--kafka", Broker::address(), "--json"});
  }
};

TEST_F(Promotion, WithReplicatedDurabilityLosesNothingThoughTheLeadersDiskIsLost) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 40);
  const auto import = begin_import(one, 20'000);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(crowd.vote(one, i, "oak").status, 201);
  one.kill();
  import->signal(SIGKILL);
  import->wait();
  std::filesystem::remove_all(one.data());
  promote(two, "replicated");
  EXPECT_EQ(crowd.acknowledged(), 30U);
  crowd.expect_all_in(two.log());
  // The same import and the same votes again have no second effect.
  import_into(two, 20'000);
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

TEST_F(Promotion, LeavesTheFormerLeaderNothingToDisturbAndAWayBack) {
  Node& one = leader();
  Node& two = candidate();
  Crowd crowd(one, 6);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  expect_all_equal();
  // What is acknowledged while the broker is away lies on this disk alone.
  Broker::freeze();
  EXPECT_EQ(crowd.vote(one, 1, "oak").status, 201);
  EXPECT_EQ(crowd.vote(one, 2, "oak").status, 201);
  one.kill();
  Broker::thaw();
  promote(two, "local");
  Crowd{two, 0};  // repeats what the staff did: nothing new
  EXPECT_EQ(crowd.vote(two, 3, "steel").status, 201);

  // Whoever starts it again sees it refuse, however often, and the new leader goes on.
  for (int i = 0; i < 2; ++i) {
    const Ran refused = Node(one.data(), {"serve", "--purpose", "demo"}).run_to_end();
    EXPECT_EQ(refused.code, exit_former_leader) << refused.err;
  }
  EXPECT_EQ(crowd.vote(two, 4, "steel").status, 201);

  const Ran rejoined = rejoin(one);
  EXPECT_EQ(rejoined.code, 0) << rejoined.out << rejoined.err;
  EXPECT_EQ(rejoined.last()["cut"], 2) << rejoined.out;
  EXPECT_EQ(rejoined.last()["commands"], 2);
  EXPECT_EQ(rejoined.lines().size(), 3U);  // each command, and the summary
  EXPECT_TRUE(std::filesystem::exists(rejoined.last()["file"].get<std::string>()));
  one.start_as({"follow", "--leader", two.url()});
  expect_all_equal();
}

TEST_F(Promotion, OfAnotherNodeEndsALeaderThatIsStillUp) {
  Node& one = leader("replicated");
  Node& two = candidate();
  Crowd crowd(one, 4);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  promote(two, "replicated");
  EXPECT_EQ(crowd.vote(two, 1, "oak").status, 201);
  EXPECT_EQ(one.end(), exit_former_leader) << one.said();
  crowd.expect_all_in(two.log());
  const Ran rejoined = rejoin(one);
  EXPECT_EQ(rejoined.code, 0) << rejoined.err;
  one.start_as({"follow", "--leader", two.url(), "--wrapping-key", one.data().string() + ".keys"});
  expect_all_equal();
  // And back again.
  promote(one, "replicated");
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
