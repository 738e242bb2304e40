// News by webhook, from a real engine to a real receiver that does not always want them.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/running_server.hpp"
#include "news/webhook.hpp"
#include "support/http_client.hpp"
#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class NewsSend : public testing::Test {
 protected:
  NewsSend() {
    std::ofstream(secret_file()) << secret << '\n';
    for (const auto* const id : {"park", "pool"})
      EXPECT_EQ(post("/v1/projects", {{"id", id}, {"title", {{"de", id}}}}), 201);
    // A milestone is news, and so is each report of it.
    EXPECT_EQ(post("/v1/projects/park/milestones", {{"id", "bench"}, {"title", {{"de", "Bank"}}}}), 201);
    EXPECT_EQ(post("/v1/projects/park/milestones/bench/report", {{"status", "begun"}, {"on", "2026-05-03"}}),
              200);
  }

  // As staff; the status of the answer.
  int post(const std::string& path, const Json& body) {
    if (token_.empty()) token_ = run({"token", "--data", data().string(), "--role", "staff"}).out;
    token_.erase(token_.find_last_not_of('\n') + 1);
    const auto reply =
        HttpClient::tcp(served_.port())
            .request("POST", path, body.dump(),
                     "Authorization: Bearer " + token_ + "\r\nContent-Type: application/json\r\n" +
                         "Idempotency-Key: news-send-test-" + std::to_string(++commands_) + "\r\n");
    EXPECT_LT(reply.status, 300) << reply.body;
    return reply.status;
  }

  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::string secret_file() const { return (directory_.path() / "hook.secret").string(); }
  std::string state_file() const { return (directory_.path() / "hook.state").string(); }

  Ran send(std::vector<std::string> more = {}) {
    std::vector<std::string> words{
        "news",          "send",
        "park",          "http://127.0.0.1:" + std::to_string(receiver_.port()) + "/hooks",
        "--server",      served_.url(),
        "--secret-file", secret_file(),
        "--state",       state_file(),
        "--once",        "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  struct Message {
    std::string id;
    std::string type;
    bool is_signed;
  };

  void receive(const http::Request& request, http::Responder responder) {
    const auto body = Json::parse(request.body);
    const std::string id(request.fields.find("webhook-id").value_or(""));
    const auto at = std::stoll(std::string(request.fields.find("webhook-timestamp").value_or("0")));
    const auto right = program::WebhookSigner::parse(secret)->headers(id, at, request.body);
    const bool is_signed = right[2].value == request.fields.find("webhook-signature");
    http::Response response;
    {
      const std::lock_guard lock(mutex_);
      messages_.push_back({id, body.at("type"), is_signed});
      response.status = statuses_.empty() ? 204 : statuses_.front();
      if (!statuses_.empty()) statuses_.erase(statuses_.begin());
    }
    std::move(responder).send(std::move(response));
  }

  // The statuses of the answers to come; behind them all is taken.
  void answer(std::vector<unsigned> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_ = std::move(statuses);
  }

  std::vector<Message> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

  std::vector<std::string> types() {
    std::vector<std::string> types;
    for (const Message& message : messages()) types.push_back(message.type);
    return types;
  }

  const TemporaryDirectory directory_;
  Served served_{data(), "demo"};
  std::string token_;
  int commands_ = 0;
  std::mutex mutex_;
  std::vector<Message> messages_;   // guarded by mutex_
  std::vector<unsigned> statuses_;  // the same
  RunningServer receiver_{
      [this](const auto& request, auto responder) { receive(request, std::move(responder)); }};
};

TEST_F(NewsSend, TellsEachPieceOnceInOrderAndSigned) {
  const Ran ran = send();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["messages"], 3);
  EXPECT_THAT(types(), ElementsAre("project.opened.v1", "project.milestone-planned.v1",
                                   "project.milestone-reported.v1"));
  for (const Message& message : messages()) {
    EXPECT_TRUE(message.is_signed) << message.id;
    EXPECT_THAT(message.id, HasSubstr("news-park-"));
  }
  EXPECT_EQ(send().last()["messages"], 0) << "what was taken is not told again";
  EXPECT_EQ(messages().size(), 3U);
}

TEST_F(NewsSend, RepeatsWhatWasNotTakenBeforeItGoesOn) {
  answer({204, 503, 500});
  const Ran ran = send();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("status 503; again in"));
  const auto told = messages();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[1].id, told[2].id);
  EXPECT_EQ(told[1].id, told[3].id);
  EXPECT_NE(told[3].id, told[4].id);
}

TEST_F(NewsSend, GoesOnLaterWhereItGaveUp) {
  answer({204, 500});
  const Ran ran = send({"--give-up-after", "1ms"});
  EXPECT_EQ(ran.code, 75) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("are not taken: status 500"));
  EXPECT_EQ(send().last()["messages"], 2);
}

TEST_F(NewsSend, EndsWhereTheReceiverWantsNoMore) {
  answer({410});
  const Ran ran = send();
  EXPECT_EQ(ran.code, 5) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("wants no more news"));
}

TEST_F(NewsSend, RefusesWhatItCannotSendRightly) {
  EXPECT_EQ(send({"--every", "never"}).code, 2);
  EXPECT_EQ(
      run({"news", "send", "park", "nowhere", "--secret-file", secret_file(), "--state", state_file()}).code,
      2);
  std::ofstream(secret_file()) << "password";
  const Ran unsafe = send();
  EXPECT_EQ(unsafe.code, 2);
  EXPECT_THAT(unsafe.err, HasSubstr("holds no secret"));
  std::ofstream(secret_file()) << secret;
  std::ofstream(state_file()) << R"({"log":"another","project":"park","after":"7"})";
  const Ran other = send();
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("is of other news"));
  EXPECT_TRUE(messages().empty());
}

TEST_F(NewsSend, WaitsForMoreUntilItIsEnded) {
  ChildProcess sender(
      command_of({"news", "send", "park", "http://127.0.0.1:" + std::to_string(receiver_.port()), "--server",
                  served_.url(), "--secret-file", secret_file(), "--state", state_file(), "--every", "50ms"}),
      clean_environment());
  const auto seen = [&](std::size_t wanted) {
    for (int i = 0; i < 600; ++i) {
      if (messages().size() >= wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
  };
  ASSERT_TRUE(seen(3));
  EXPECT_EQ(post("/v1/projects/park/close", Json::object()), 200);
  ASSERT_TRUE(seen(4));
  sender.signal(SIGTERM);
  EXPECT_EQ(sender.wait(), 0);
}

}  // namespace
}  // namespace stimmbuch::test
