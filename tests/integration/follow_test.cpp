// Following by server-sent events.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

struct Event {
  std::string id;
  std::string type;
  Json data;
};

// A connection that follows.
class Follower {
 public:
  Follower(HttpClient client, const std::string& target, const std::string& header_lines)
      : client_(std::move(client)) {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + header_lines + "\r\n");
    head_ = client_.receive_until("\r\n\r\n");
  }

  const std::string& head() const { return head_; }

  // The next event; comments and the retry line are passed over.
  Event next() {
    while (true) {
      const std::string frame = client_.receive_until("\n\n");
      const std::string data = field(frame, "data: ");
      if (!data.empty()) return {field(frame, "id: "), field(frame, "event: "), Json::parse(data)};
    }
  }

  bool ends() {
    try {
      while (true) client_.receive_until("\n");
    } catch (const std::runtime_error&) {
      return client_.is_closed();
    }
  }

 private:
  static std::string field(const std::string& frame, const std::string& name) {
    const auto begin = frame.starts_with(name) ? 0 : frame.find("\n" + name);
    if (begin == std::string::npos) return {};
    const auto from = frame.find(name, begin) + name.size();
    return frame.substr(from, frame.find('\n', from) - from);
  }

  HttpClient client_;
  std::string head_;
};

class Following : public ::testing::Test {
 protected:
  Follower follow(const std::string& poll, const std::string& header_lines = {}) {
    return {engine_.connect(), "/v1/polls/" + poll + "/events", header_lines};
  }
  Follower follow_records(const std::string& header_lines = {}) {
    return {engine_.connect(), "/v1/events/stream",
            "Authorization: Bearer " + mint(engine_.endpoints(), "auditor", "otto") + "\r\n" + header_lines};
  }

  EngineUnderTest engine_;
  Caller staff_ = engine_.caller("staff", "anna");
  Caller certifier_ = engine_.caller("certifier", "berta");
  Caller citizen_ = engine_.caller("citizen", "cora");
  HttpClient anyone_ = engine_.connect();
};

TEST_F(Following, APollShowsItsTallyAtOnceAndThenEachChange) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  tally_after(anyone_, poll, citizen_.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}));
  auto follower = follow(poll);
  EXPECT_NE(follower.head().find("HTTP/1.1 200 "), std::string::npos);
  EXPECT_NE(follower.head().find("text/event-stream"), std::string::npos);
  const Event first = follower.next();
  EXPECT_EQ(first.type, "tally");
  EXPECT_EQ(first.data.at("options")[0].at("votes"), 1);
  const auto changed = citizen_.put("/v1/polls/" + poll + "/ballot", {{"choices", {"b"}}});
  const Event second = follower.next();
  EXPECT_EQ(second.data.at("options")[1].at("votes"), 1);
  // The id is a consistency token that reads understand.
  EXPECT_EQ(anyone_.request("GET", "/v1/polls", {}, "Consistency-Token: " + second.id + "\r\n").status, 200);
}

TEST_F(Following, AFloodOfVotesMakesNoFloodOfEvents) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  auto follower = follow(poll);
  follower.next();
  constexpr int changes = 45;
  const auto began = std::chrono::steady_clock::now();
  std::thread voter([&] {
    for (int i = 0; i < changes; ++i)
      citizen_.put("/v1/polls/" + poll + "/ballot",
                   {{"choices", {std::string(1, static_cast<char>('a' + i % 3))}}});
  });
  int events = 0;
  std::uint64_t reflects = 0;
  do {
    const Event event = follower.next();
    const auto now_reflects = std::stoull(event.data.at("reflects").get<std::string>());
    EXPECT_GE(now_reflects, reflects);
    reflects = now_reflects;
    ++events;
    if (event.data.at("figures").at("replaced") == changes - 1) break;
  } while (events < changes);
  voter.join();
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  EXPECT_LE(events, 2 * seconds + 2);
}

TEST_F(Following, AFinalPollEndsTheStreamForGood) {
  const std::string poll = open_poll(staff_);
  auto follower = follow(poll);
  follower.next();
  staff_.post("/v1/polls/" + poll + "/close");
  staff_.post("/v1/polls/" + poll + "/count");
  ASSERT_EQ(certifier_.post("/v1/polls/" + poll + "/certify").status, 200);
  Event last = follower.next();
  while (last.data.at("status") != "certified") last = follower.next();
  EXPECT_TRUE(follower.ends());
  auto back = follow(poll, "Last-Event-ID: " + last.id + "\r\n");
  EXPECT_NE(back.head().find("HTTP/1.1 204 "), std::string::npos) << back.head();
  // Who comes for the first time sees it once.
  auto late = follow(poll);
  EXPECT_EQ(late.next().data.at("status"), "certified");
  EXPECT_TRUE(late.ends());
}

TEST_F(Following, APollThatIsNotThereIsNotFollowed) {
  EXPECT_EQ(anyone_.get("/v1/polls/none/events").status, 404);
  EXPECT_EQ(anyone_.get("/v1/polls/no%20id/events").status, 404);
}

TEST_F(Following, RecordsComeFromTheLastSeenOneWithoutHoleOrDuplicate) {
  const std::string poll = open_poll(staff_);
  register_citizen(citizen_);
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    while (!enough) {
      staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}});
    }
  });
  std::uint64_t seen = 2;
  for (int connection = 0; connection < 3; ++connection) {
    auto follower = follow_records("Last-Event-ID: " + std::to_string(seen) + "\r\n");
    for (int i = 0; i < 60; ++i) {
      const Event event = follower.next();
      ++seen;
      ASSERT_EQ(event.id, std::to_string(seen));
      EXPECT_EQ(event.type, "record");
      EXPECT_EQ(std::stoull(event.data.at("sequence").get<std::string>()), seen);
    }
  }
  enough = true;
  writer.join();
}

TEST_F(Following, RecordsOfThePastComeAsFastAsTheyAreRead) {
  constexpr int requests = 10;
  constexpr int commands = 1000;
  Caller importer = engine_.caller("operator", "ole");
  for (int request = 0; request < requests; ++request) {
    std::string lines;
    for (int i = 0; i < commands; ++i)
      lines += R"({"key":")" + fresh_key() + R"(","type":"OpenProject","title":{"de":"Park"}})" + "\n";
    ASSERT_EQ(importer.bulk(lines).status, 200);
  }
  const auto last = head_of(engine_.endpoints());
  ASSERT_GT(last, std::uint64_t{requests} * commands);
  const auto began = std::chrono::steady_clock::now();
  auto follower = follow_records("Last-Event-ID: 0\r\n");
  for (std::uint64_t position = 1; position <= last; ++position)
    ASSERT_EQ(follower.next().id, std::to_string(position));
  // Slow machines and sanitizers leave it far above what a fixed number at each tick would give.
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(Following, RecordsWithoutALastSeenOneBeginAtTheHead) {
  open_poll(staff_);
  auto follower = follow_records();
  const auto accepted = staff_.post("/v1/projects", {{"title", {{"de", "Park"}}}});
  EXPECT_EQ(follower.next().id, Json::parse(accepted.body).at("position"));
}

TEST_F(Following, APositionThatIsNoneIsRefused) {
  auto auditor = engine_.caller("auditor", "otto");
  EXPECT_EQ(auditor.get("/v1/events/stream", "Last-Event-ID: x\r\n").status, 400);
  EXPECT_EQ(auditor.get("/v1/events/stream", "Last-Event-ID: -1\r\n").status, 400);
  EXPECT_EQ(auditor.get("/v1/events/stream", "Last-Event-ID: 999999\r\n").status, 409);
  EXPECT_EQ(auditor.get("/v1/events/stream", "Last-Event-ID: 18446744073709551615\r\n").status, 409);
}

}  // namespace
}  // namespace stimmbuch::test
