// Votes sent twice at the same time.
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"

namespace stimmbuch::test {
namespace {

constexpr int pairs = 4;  // of connections that send the same votes
#ifdef STIMMBUCH_SANITIZED
constexpr int voters_per_pair = 20;  // what meets is the same, and takes minutes otherwise
#else
constexpr int voters_per_pair = 100;
#endif
constexpr int votes_per_voter = 25;
constexpr int in_flight = 50;

struct Vote {
  std::string token;
  std::string choice;
  std::string key;
};

std::string put_request(const std::string& target, const std::string& token, const std::string& key,
                        const std::string& body) {
  return "PUT " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n" +
         key_line(key) + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string request_of(const std::string& poll, const Vote& vote) {
  return put_request("/v1/polls/" + poll + "/ballot", vote.token, vote.key,
                     R"({"choices":[")" + vote.choice + "\"]}");
}

// Sends the requests over one connection, several in flight, and gives the answers in their order.
std::vector<HttpReply> send_all(const Endpoints& engine, const std::vector<std::string>& all) {
  std::vector<HttpReply> replies;
  auto client = engine.connect();
  client.set_patience(std::chrono::seconds(60));
  std::size_t sent = 0;
  while (replies.size() < all.size()) {
    // The server ends a connection after its thousandth request.
    if (sent % 1000 == 0 && sent > 0 && replies.size() == sent) {
      client = engine.connect();
      client.set_patience(std::chrono::seconds(60));
    }
    const std::size_t end = std::min({all.size(), replies.size() + in_flight, (sent / 1000 + 1) * 1000});
    std::string requests;
    for (; sent < end; ++sent) requests += all[sent];
    client.send(requests);
    while (replies.size() < sent) replies.push_back(client.receive().value());
  }
  return replies;
}

class DoubleSubmits : public ::testing::Test {
 protected:
  DoubleSubmits() {
    auto staff = engine_.caller("staff", "anna");
    poll_ = open_poll(staff);
    for (int i = 0; i < pairs * voters_per_pair; ++i) {
      auto voter = engine_.caller("citizen", "voter-" + std::to_string(i));
      register_citizen(voter);
      tokens_.push_back(voter.token());
    }
  }

  // Each pair of connections sends the votes of its own voters; `second` says how the second one's keys
  // differ. Gives the answers, connection by connection.
  std::vector<std::vector<HttpReply>> send_twice(const std::string& second, int votes_each) {
    std::vector<std::vector<HttpReply>> replies(2 * pairs);
    std::vector<std::thread> threads;
    for (int connection = 0; connection < 2 * pairs; ++connection) {
      std::vector<std::string> requests;
      for (int round = 0; round < votes_each; ++round) {
        for (int i = 0; i < voters_per_pair; ++i) {
          const int voter = connection / 2 * voters_per_pair + i;
          requests.push_back(request_of(
              poll_, {tokens_[static_cast<std::size_t>(voter)],
                      std::string(1, static_cast<char>('a' + (voter + round) % 3)),
                      "the-vote-of-round-" + std::to_string(round) + (connection % 2 == 0 ? "" : second)}));
        }
      }
      threads.emplace_back([this, connection, requests = std::move(requests), &replies] {
        replies[static_cast<std::size_t>(connection)] = send_all(engine_.endpoints(), requests);
      });
    }
    for (auto& thread : threads) thread.join();
    return replies;
  }

  Json closed_tally() {
    auto staff = engine_.caller("staff", "anna");
    auto client = engine_.connect();
    return tally_after(client, poll_, staff.post("/v1/polls/" + poll_ + "/close"));
  }

  EngineUnderTest engine_;
  std::string poll_;
  std::vector<std::string> tokens_;
};

// The tally as a naive recount of the records makes it.
std::map<std::string, int> recount(const std::vector<Json>& records) {
  std::map<std::string, std::string> standing;
  for (const Json& record : records) {
    const auto type = record.at("type").get<std::string>();
    if (!type.starts_with("ballot.")) continue;
    const auto subject = record.at("subject").get<std::string>();
    if (type == "ballot.vote-cast.v1") {
      EXPECT_FALSE(standing.contains(subject));
    }
    if (type == "ballot.vote-withdrawn.v1") {
      standing.erase(subject);
    } else {
      standing[subject] = record.at("data").at("choices")[0];
    }
  }
  std::map<std::string, int> votes;
  for (const auto& [subject, choice] : standing) ++votes[choice];
  return votes;
}

TEST_F(DoubleSubmits, UnderTheSameKeyHaveOneEffect) {
  const auto replies = send_twice("", votes_per_voter);
  std::size_t sent = 0;
  std::size_t replayed = 0;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const auto& one = replies[2 * pair];
    const auto& two = replies[2 * pair + 1];
    ASSERT_EQ(one.size(), two.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      sent += 2;
      ASSERT_EQ(one[i].status, i < voters_per_pair ? 201 : 200) << one[i].body;
      ASSERT_EQ(two[i].status, one[i].status) << two[i].body;
      const Json a = Json::parse(one[i].body);
      const Json b = Json::parse(two[i].body);
      EXPECT_EQ(a.at("position"), b.at("position"));
      EXPECT_NE(a.at("replayed"), b.at("replayed"));
      replayed += (a.at("replayed") ? 1U : 0U) + (b.at("replayed") ? 1U : 0U);
    }
  }
  EXPECT_EQ(sent, std::size_t{2} * pairs * voters_per_pair * votes_per_voter);
  EXPECT_EQ(replayed, sent / 2);
  const auto records = records_of(engine_.endpoints());
  std::size_t ballots = 0;
  for (const Json& record : records)
    ballots += record.at("type").get<std::string>().starts_with("ballot.") ? 1U : 0U;
  EXPECT_EQ(ballots, sent / 2);
  const Json tally = closed_tally();
  EXPECT_EQ(tally.at("ballots"), pairs * voters_per_pair);
  const auto votes = recount(records);
  for (const Json& option : tally.at("options")) EXPECT_EQ(option.at("votes"), votes.at(option.at("id")));
}

TEST_F(DoubleSubmits, UnderDifferentKeysAreOneVote) {
  send_twice("-again", 4);
  const Json tally = closed_tally();
  EXPECT_EQ(tally.at("ballots"), pairs * voters_per_pair);
  EXPECT_EQ(tally.at("figures").at("cast"), pairs * voters_per_pair);
  const auto votes = recount(records_of(engine_.endpoints()));
  for (const Json& option : tally.at("options")) EXPECT_EQ(option.at("votes"), votes.at(option.at("id")));
}

// Everybody supports each proposal, on two connections at once, under a key of its own on each.
TEST_F(DoubleSubmits, OfSupportsCountOnce) {
  constexpr int proposals = 13;
  auto staff = engine_.caller("staff", "anna");
  ASSERT_EQ(staff.post("/v1/projects", {{"id", "park"}, {"title", {{"de", "Park"}}}}).status, 201);
  ASSERT_EQ(staff
                .post("/v1/projects/park/phases",
                      Json::parse(R"({"id":"ideas","title":{"de":"Ideen"},"opens":"2020-01-01T00:00:00Z",
                                      "closes":"2100-01-01T00:00:00Z","features":["propose","support"]})"))
                .status,
            201);
  auto author = engine_.caller("citizen", "voter-0");
  std::vector<std::string> ids;
  for (int i = 0; i < proposals; ++i) {
    const auto submitted = author.post("/v1/contributions", {{"kind", "proposal"},
                                                             {"project", "park"},
                                                             {"phase", "ideas"},
                                                             {"title", "Idea"},
                                                             {"text", "Because."}});
    ASSERT_EQ(submitted.status, 201) << submitted.body;
    ids.push_back(Json::parse(submitted.body).at("contribution"));
  }
  std::vector<std::vector<HttpReply>> replies(2 * pairs);
  std::vector<std::thread> threads;
  for (int connection = 0; connection < 2 * pairs; ++connection) {
    std::vector<std::string> requests;
    for (const std::string& proposal : ids) {
      for (int i = 0; i < voters_per_pair; ++i) {
        const auto voter = static_cast<std::size_t>(connection / 2 * voters_per_pair + i);
        requests.push_back(put_request("/v1/contributions/" + proposal + "/support", tokens_[voter],
                                       proposal + std::to_string(connection), R"({"version":1})"));
      }
    }
    threads.emplace_back([this, connection, requests = std::move(requests), &replies] {
      replies[static_cast<std::size_t>(connection)] = send_all(engine_.endpoints(), requests);
    });
  }
  for (auto& thread : threads) thread.join();
  std::size_t given = 0;
  std::size_t refused = 0;
  for (const auto& connection : replies) {
    for (const HttpReply& reply : connection) {
      ASSERT_TRUE(reply.status == 201 || reply.status == 409) << reply.body;
      ++(reply.status == 201 ? given : refused);
    }
  }
  EXPECT_EQ(given, static_cast<std::size_t>(pairs * voters_per_pair * proposals));
  EXPECT_EQ(refused, given);
  const auto closed =
      engine_.caller("staff", "anna").post("/v1/projects/park/phases/ideas/close", {{"reason", "Enough."}});
  auto client = engine_.connect();
  for (const std::string& proposal : ids) {
    const auto shown = client.request("GET", "/v1/contributions/" + proposal, {},
                                      "Consistency-Token: " + closed.field("Consistency-Token") + "\r\n");
    EXPECT_EQ(Json::parse(shown.body).at("supports"), pairs * voters_per_pair);
  }
}

// Everybody answers twenty times, on two connections at once; the last of the answers stand.
TEST_F(DoubleSubmits, OfAnswersCountOnce) {
  constexpr int rounds = 20;
  auto staff = engine_.caller("staff", "anna");
  ASSERT_EQ(staff.post("/v1/projects", {{"id", "park"}, {"title", {{"de", "Park"}}}}).status, 201);
  ASSERT_EQ(staff
                .post("/v1/projects/park/phases",
                      Json::parse(R"({"id":"ideas","title":{"de":"Ideen"},"opens":"2020-01-01T00:00:00Z",
                                      "closes":"2100-01-01T00:00:00Z","features":["answer"]})"))
                .status,
            201);
  const auto drafted =
      staff.post("/v1/surveys", Json::parse(R"({"id":"traffic","project":"park","phase":"ideas",
        "title":{"de":"Verkehr"},"questions":[{"id":"stars","kind":"rating","title":{"de":"Wie gut?"},
        "from":0,"to":100}]})"));
  ASSERT_EQ(drafted.status, 201) << drafted.body;
  ASSERT_EQ(staff.post("/v1/surveys/traffic/open").status, 200);
  std::vector<std::vector<HttpReply>> replies(2 * pairs);
  std::vector<std::thread> threads;
  for (int connection = 0; connection < 2 * pairs; ++connection) {
    std::vector<std::string> requests;
    for (int round = 0; round <= rounds; ++round) {
      for (int i = 0; i < voters_per_pair; ++i) {
        const auto voter = static_cast<std::size_t>(connection / 2 * voters_per_pair + i);
        // The answer of the last round is one and the same.
        const int stars = round == rounds ? 7 : round;
        requests.push_back(put_request(
            "/v1/surveys/traffic/answers", tokens_[voter],
            "the-answers-of-round-" + std::to_string(round) + (connection % 2 == 0 ? "" : "-again"),
            R"({"answers":{"stars":)" + std::to_string(stars) + "}}"));
      }
    }
    threads.emplace_back([this, connection, requests = std::move(requests), &replies] {
      replies[static_cast<std::size_t>(connection)] = send_all(engine_.endpoints(), requests);
    });
  }
  for (auto& thread : threads) thread.join();
  int given = 0;
  for (const auto& connection : replies) {
    for (const HttpReply& reply : connection) {
      ASSERT_TRUE(reply.status == 201 || reply.status == 200) << reply.body;
      given += reply.status == 201 ? 1 : 0;
    }
  }
  EXPECT_EQ(given, pairs * voters_per_pair);
  // On a new connection: the other one may have been idle for too long.
  const auto closed =
      engine_.caller("staff", "anna").post("/v1/surveys/traffic/close", {{"reason", "Enough."}});
  auto client = engine_.connect();
  const auto shown = client.request("GET", "/v1/surveys/traffic/results", {},
                                    "Consistency-Token: " + closed.field("Consistency-Token") + "\r\n");
  const auto results = Json::parse(shown.body);
  EXPECT_EQ(results.at("respondents"), pairs * voters_per_pair);
  int counted = 0;
  for (const Json& value : results.at("questions")[0].at("values")) counted += value.at("count").get<int>();
  EXPECT_EQ(counted, pairs * voters_per_pair);
}

}  // namespace
}  // namespace stimmbuch::test
