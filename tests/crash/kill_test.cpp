// The engine killed under load, again and again: nothing acknowledged is lost, nothing happens twice.
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "api_client.hpp"
#include "engine_process.hpp"
#include "support/seed.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 15;
constexpr int connections = 3;
constexpr int voters_per_connection = 100;
constexpr int lines_per_request = 20;
constexpr auto deadline = 30s;

struct Acknowledged {
  std::string subject;
  std::string position;
  std::string choice;
};

// Votes for its own voters, one vote after the other; what was not acknowledged is sent again to the next
// engine under the same key.
class Voting {
 public:
  Voting(std::string poll, std::vector<std::string> tokens, std::uint64_t seed)
      : poll_(std::move(poll)), tokens_(std::move(tokens)), random_(seed) {}

  // Until the engine is gone.
  void run(const Endpoints& engine) {
    try {
      while (true) {
        auto client = engine.connect();
        client.set_patience(deadline);
        for (int i = 0; i < 900; ++i) send_one(client);
      }
    } catch (const std::exception&) {
      return;
    }
  }

  // What is still without an answer, to an engine that lives.
  void finish(const Endpoints& engine) {
    auto client = engine.connect();
    if (pending_) send_one(client);
  }

  const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Vote {
    std::size_t voter;
    std::string choice;
    std::string key;
  };

  void send_one(HttpClient& client) {
    if (!pending_) {
      pending_ =
          Vote{sent_++ % tokens_.size(), std::string(1, static_cast<char>('a' + random_() % 3)), fresh_key()};
    }
    const auto reply = client.request("PUT", "/v1/polls/" + poll_ + "/ballot",
                                      R"({"choices":[")" + pending_->choice + "\"]}",
                                      "Authorization: Bearer " + tokens_[pending_->voter] + "\r\n" +
                                          key_line(pending_->key) + "Content-Type: application/json\r\n");
    if (reply.status == 200 || reply.status == 201) {
      const Json body = Json::parse(reply.body);
      acknowledged_.push_back({body.at("ballot"), body.at("position"), pending_->choice});
    } else if (reply.body.find("ballot_changes_exhausted") == std::string::npos) {
      problems_.push_back(reply.body);
    }
    pending_.reset();
  }

  std::string poll_;
  std::vector<std::string> tokens_;
  std::mt19937_64 random_;
  std::size_t sent_ = 0;
  std::optional<Vote> pending_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<std::string> problems_;
};

// Imports ballots of voters that nobody else imports, request after request.
class Importing {
 public:
  explicit Importing(std::string token) : token_(std::move(token)) {}

  void run(const Endpoints& engine) {
    try {
      while (true) {
        auto client = engine.connect();
        client.set_patience(deadline);
        for (int i = 0; i < 900; ++i) send_one(client);
      }
    } catch (const std::exception&) {
      return;
    }
  }
  void finish(const Endpoints& engine) {
    auto client = engine.connect();
    if (!pending_.empty()) send_one(client);
  }

  std::size_t lines() const { return lines_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void send_one(HttpClient& client) {
    for (int i = 0; pending_.empty() || i < lines_per_request; ++i) {
      if (i == 0 && !pending_.empty()) break;
      const Json vote{{"key", fresh_key()},   {"type", "ImportVote"}, {"poll", "imported"},
                      {"voter", fresh_key()}, {"choices", {"a"}},     {"cast_at", "2023-06-01T10:00:00Z"}};
      pending_ += vote.dump() + "\n";
    }
    const auto reply =
        client.request("POST", "/v1/commands", pending_,
                       "Authorization: Bearer " + token_ + "\r\nContent-Type: application/x-ndjson\r\n");
    for (const Json& line : lines_of(reply)) {
      if (line.at("status") == 201) {
        ++lines_;
      } else {
        problems_.push_back(line.dump());
      }
    }
    pending_.clear();
  }

  std::string token_;
  std::string pending_;
  std::size_t lines_ = 0;
  std::vector<std::string> problems_;
};

HttpReply must(HttpReply reply) {
  if (reply.status >= 300) throw std::runtime_error(reply.body);
  return reply;
}

// A poll of citizens named "park", and an imported one named "imported".
void open_polls(const Endpoints& engine) {
  Caller staff(engine, "staff", "anna");
  Caller importer(engine, "operator", "ole");
  must(staff.post("/v1/projects", {{"id", "town"}, {"title", {{"de", "Stadt"}}}}));
  Json draft = Json::parse(R"({"project":"town","title":{"de":"Was?"},"kind":"single","live_step":1,
      "rule":{"kind":"most_votes","ties":"declared_order"},
      "options":[{"id":"a","title":{"de":"A"}},{"id":"b","title":{"de":"B"}},{"id":"c","title":{"de":"C"}}]})");
  draft["id"] = "park";
  must(staff.post("/v1/polls", draft));
  must(staff.post("/v1/polls/park/open"));
  draft.erase("id");
  draft.update({{"key", fresh_key()}, {"type", "DraftPoll"}, {"poll", "imported"}, {"imported", true}});
  must(importer.bulk(draft.dump() + "\n" +
                     Json{{"key", fresh_key()}, {"type", "OpenPoll"}, {"poll", "imported"}}.dump()));
}

std::vector<std::string> register_voters(const Endpoints& engine, int first) {
  std::vector<std::string> tokens;
  for (int i = first; i < first + voters_per_connection; ++i) {
    Caller voter(engine, "citizen", "voter-" + std::to_string(i));
    must(voter.post("/v1/citizens"));
    tokens.push_back(voter.token());
  }
  return tokens;
}

// A document once the view shows all of the log.
std::string settled(const Endpoints& engine, const std::string& target) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (std::chrono::steady_clock::now() < end) {
    const auto reply = engine.connect().get(target);
    if (reply.status == 200 && reply.field("Projection-Lag") == "0") return reply.body;
    std::this_thread::yield();
  }
  throw std::runtime_error("the views do not catch up");
}

void expect_views_behind_the_log(const Endpoints& engine) {
  const Json projections = Json::parse(engine.connect_admin().get("/admin/projections").body);
  const auto head = head_of(engine);
  for (const Json& projection : projections.at("items"))
    EXPECT_LE(std::stoull(projection.at("position").get<std::string>()), head) << projection;
}

void expect_gapless(const std::vector<Json>& records) {
  std::map<std::string, int> revisions;
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(std::stoull(records[i].at("sequence").get<std::string>()), i + 1);
    const auto subject = records[i].at("subject").get<std::string>();
    ASSERT_EQ(records[i].at("revision"), revisions[subject]++) << subject;
  }
}

// Votes by option, counted by hand.
std::map<std::string, int> recount(const std::vector<Json>& records, const std::string& poll) {
  std::map<std::string, std::string> standing;
  for (const Json& record : records) {
    const auto subject = record.at("subject").get<std::string>();
    if (subject.starts_with("ballot/" + poll + "/")) standing[subject] = record.at("data").at("choices")[0];
  }
  std::map<std::string, int> votes;
  for (const auto& [subject, choice] : standing) ++votes[choice];
  return votes;
}

TEST(KilledEngine, LosesNothingThatItAcknowledgedAndDoesNothingTwice) {
  const auto seed = seeds(1).front();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::cout << "seed " << seed << std::endl;
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const auto data = directory.path() / "data";
  auto engine = std::make_unique<EngineProcess>(data);
  open_polls(engine->endpoints());
  std::vector<Voting> voting;
  for (int i = 0; i < connections; ++i)
    voting.emplace_back("park", register_voters(engine->endpoints(), i * voters_per_connection), random());
  Importing importing(mint(engine->endpoints(), "operator", "ole"));

  std::vector<Work> work;
  for (auto& one : voting) work.emplace_back([&](const Endpoints& endpoints) { one.run(endpoints); });
  work.emplace_back([&](const Endpoints& endpoints) { importing.run(endpoints); });
  for (int round = 0; round < rounds; ++round) {
    kill_amid(work, engine, data, random);
    expect_views_behind_the_log(engine->endpoints());
  }
  for (auto& one : voting) one.finish(engine->endpoints());
  importing.finish(engine->endpoints());
  EXPECT_TRUE(importing.problems().empty()) << importing.problems().front();

  const auto records = records_of(engine->endpoints());
  expect_gapless(records);
  std::size_t acknowledged = 0;
  for (const auto& one : voting) {
    EXPECT_TRUE(one.problems().empty()) << one.problems().front();
    acknowledged += one.acknowledged().size();
    for (const Acknowledged& vote : one.acknowledged()) {
      const Json& record = records.at(std::stoull(vote.position) - 1);
      ASSERT_EQ(record.at("subject"), vote.subject);
      ASSERT_EQ(record.at("data").at("choices")[0], vote.choice);
    }
  }
  // Each vote was acknowledged once, at last, and each has one record.
  std::map<std::string, std::size_t> ballots;
  for (const Json& record : records) {
    const auto subject = record.at("subject").get<std::string>();
    if (subject.starts_with("ballot/")) ++ballots[subject.substr(7, subject.find('/', 7) - 7)];
  }
  EXPECT_GT(acknowledged, 0U);
  EXPECT_EQ(ballots["park"], acknowledged);
  EXPECT_EQ(ballots["imported"], importing.lines());
  RecordProperty("votes", std::to_string(acknowledged));
  RecordProperty("imported", std::to_string(importing.lines()));

  std::map<std::string, std::string> tallies;
  for (const std::string poll : {"park", "imported"}) {
    tallies[poll] = settled(engine->endpoints(), "/v1/polls/" + poll + "/tally");
    auto votes = recount(records, poll);
    const Json tally = Json::parse(tallies[poll]);
    for (const Json& option : tally.at("options"))
      EXPECT_EQ(option.at("votes"), votes[option.at("id")]) << poll;
  }
  engine->kill();
  std::filesystem::remove_all(data / "views");
  engine = std::make_unique<EngineProcess>(data);
  for (const auto& [poll, tally] : tallies)
    EXPECT_EQ(settled(engine->endpoints(), "/v1/polls/" + poll + "/tally"), tally);
}

}  // namespace
}  // namespace stimmbuch::test
