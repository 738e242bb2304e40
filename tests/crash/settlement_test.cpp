// The engine killed while it writes what follows a closed poll: each part of roll and openings is there once,
// in the end, and says what it would have said without the kills.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "api_client.hpp"
#include "engine_process.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

constexpr int voters = 1'600;  // four parts of the roll, three of openings, since some take their vote back
constexpr int connections = 4;

void must(const HttpReply& reply) {
  if (reply.status >= 300) throw std::runtime_error(reply.body);
}

void open_sealed_poll(const Endpoints& engine) {
  Caller staff(engine, "staff", "anna");
  must(staff.post("/v1/projects", {{"id", "town"}, {"title", {{"de", "Stadt"}}}}));
  must(staff.post("/v1/polls", Json::parse(R"({"id":"park","project":"town","title":{"de":"Was?"},
      "kind":"single","results":"after_close","rule":{"kind":"most_votes","ties":"declared_order"},
      "options":[{"id":"a","title":{"de":"A"}},{"id":"b","title":{"de":"B"}},{"id":"c","title":{"de":"C"}}]})")));
  must(staff.post("/v1/polls/park/open"));
}

// Two of three vote for a, the others for b; every tenth takes the vote back.
void vote(const Endpoints& engine) {
  std::vector<std::jthread> threads;
  for (int connection = 0; connection < connections; ++connection) {
    threads.emplace_back([&engine, connection] {
      for (int i = connection; i < voters; i += connections) {
        Caller voter(engine, "citizen", "voter-" + std::to_string(i));
        must(voter.post("/v1/citizens"));
        must(voter.put("/v1/polls/park/ballot", {{"choices", {i % 3 == 0 ? "b" : "a"}}}));
        if (i % 10 == 0) must(voter.remove("/v1/polls/park/ballot"));
      }
    });
  }
}

std::size_t settling_records(const std::vector<Json>& records) {
  std::size_t count = 0;
  for (const Json& record : records) {
    const auto type = record.at("type").get<std::string>();
    count += type.starts_with("roll.") || type.starts_with("opening.") || type.starts_with("poll.roll") ||
                     type.starts_with("poll.openings")
                 ? 1
                 : 0;
  }
  return count;
}

TEST(KilledEngine, WritesEachPartOfRollAndOpeningsOnce) {
  const TemporaryDirectory directory;
  const auto data = directory.path() / "data";
  auto engine = std::make_unique<EngineProcess>(data);
  open_sealed_poll(engine->endpoints());
  vote(engine->endpoints());
  {
    Caller staff(engine->endpoints(), "staff", "anna");
    must(staff.post("/v1/polls/park/close"));
  }

  // As soon as there is one record more, the engine dies.
  constexpr std::size_t all = 4 + 1 + 3 + 1;
  int kills = 0;
  std::size_t seen = 0;
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (seen < all && std::chrono::steady_clock::now() < deadline) {
    const auto head = head_of(engine->endpoints());
    const auto patience = std::chrono::steady_clock::now() + 5s;
    while (head_of(engine->endpoints()) == head && std::chrono::steady_clock::now() < patience)
      std::this_thread::yield();
    engine->kill();
    ++kills;
    engine = std::make_unique<EngineProcess>(data);
    seen = settling_records(records_of(engine->endpoints()));
  }
  EXPECT_GT(kills, 1);
  EXPECT_EQ(seen, all);
  RecordProperty("kills", kills);

  Caller staff(engine->endpoints(), "staff", "anna");
  const auto counted = staff.post("/v1/polls/park/count");
  ASSERT_EQ(counted.status, 200) << counted.body;
  const auto records = records_of(engine->endpoints());
  std::map<std::string, int> times;
  std::map<std::string, std::string> standing;
  std::set<std::string> pseudonyms;
  std::set<std::string> opened;
  int votes_a = 0;
  int votes_b = 0;
  Json result;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Json& record = records[i];
    ASSERT_EQ(std::stoull(record.at("sequence").get<std::string>()), i + 1);
    const auto type = record.at("type").get<std::string>();
    const auto subject = record.at("subject").get<std::string>();
    if (type.starts_with("ballot.sealed-vote-cast")) standing[subject] = std::to_string(i + 1);
    if (type.starts_with("ballot.sealed-vote-withdrawn")) standing.erase(subject);
    if (type.starts_with("poll.roll") || type.starts_with("poll.openings")) ++times[type];
    if (type.starts_with("poll.result-computed")) result = record.at("data");
    if (type == "roll.part-added.v1") {
      ++times[subject];
      for (const Json& entry : record.at("data").at("entries")) {
        EXPECT_TRUE(pseudonyms.insert(entry[0]).second) << entry;
        const auto ballot = standing.find("ballot/park/" + entry[0].get<std::string>());
        EXPECT_EQ(entry[2], ballot == standing.end() ? "0" : ballot->second);
      }
    }
    if (type == "opening.part-added.v1") {
      ++times[subject];
      for (const Json& opening : record.at("data").at("openings")) {
        EXPECT_TRUE(opened.insert(opening.at("ballot")).second) << opening;
        ++(opening.at("choices")[0] == "a" ? votes_a : votes_b);
      }
    }
  }
  const std::map<std::string, int> once{{"opening/park-0", 1},        {"opening/park-1", 1},
                                        {"opening/park-2", 1},        {"poll.openings-completed.v1", 1},
                                        {"roll/park-0", 1},           {"roll/park-1", 1},
                                        {"roll/park-2", 1},           {"roll/park-3", 1},
                                        {"poll.roll-completed.v1", 1}};
  EXPECT_EQ(times, once);
  EXPECT_EQ(pseudonyms.size(), std::size_t{voters});
  EXPECT_EQ(opened.size(), standing.size());
  EXPECT_EQ(result.at("eligible"), voters);
  EXPECT_EQ(result.at("figures").at("online"), voters - voters / 10);
  EXPECT_EQ(votes_a + votes_b, voters - voters / 10);
  int expected_b = 0;
  for (int i = 0; i < voters; ++i) expected_b += i % 3 == 0 && i % 10 != 0 ? 1 : 0;
  EXPECT_EQ(votes_b, expected_b);
}

}  // namespace
}  // namespace stimmbuch::test
