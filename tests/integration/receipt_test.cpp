// Receipts: what a voter can show, when, and what it says to whom.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto receipt_path = "/v1/me/ballots/bench/receipt";

class Receipts : public testing::Test {
 protected:
  static void write(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::filesystem::path in(const std::string& name) const { return directory_.path() / name; }
  // The key of a server's log, in a file.
  std::string key_of(const Served& served, const std::string& name) {
    const auto file = in(name).string();
    const auto port = static_cast<std::uint16_t>(std::stoi(served.url().substr(served.url().rfind(':') + 1)));
    write(file, HttpClient::tcp(port).get("/log/log.vkey").body);
    return file;
  }
  Ran check(const std::string& receipt, const std::string& key) {
    write(in("receipt"), receipt);
    return run({"audit", "proof", in("receipt").string(), "--key", key, "--json"});
  }

  TemporaryDirectory directory_;
};

TEST_F(Receipts, PromiseAtOnceAndProveLater) {
  std::string promise;
  std::string key;
  nlohmann::json answer;
  {
    // Nothing is signed while it runs but at its start.
    Served served(in("data"), "demo", {"--checkpoint-interval", "1h"});
    SmallVote vote(served);
    vote.join("vera");
    vote.join("nico");
    EXPECT_EQ(vote.get(receipt_path, "vera").status, 404);
    answer = vote.vote("vera", "oak");
    const auto reply = vote.get(receipt_path, "vera");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.field("Cache-Control"), "no-store");
    promise = reply.body;
    key = key_of(served, "key");
    EXPECT_EQ(vote.get(receipt_path, "nico").status, 404);
    served.stop();
  }
  const Ran promised = check(promise, key);
  EXPECT_EQ(promised.code, 0) << promised.err;
  EXPECT_EQ(promised.last()["proved"], false);
  EXPECT_EQ(promised.last()["position"], answer["position"]);

  Served served(in("data"), "demo");
  const SmallVote vote(served);
  const auto proof = vote.get(receipt_path, "vera").body;
  EXPECT_THAT(proof, StartsWith("c2sp.org/tlog-proof@v1\n"));
  const Ran proved = check(proof, key);
  EXPECT_EQ(proved.code, 0) << proved.err;
  EXPECT_EQ(proved.last()["proved"], true);
  EXPECT_EQ(proved.last()["position"], answer["position"]);
  EXPECT_EQ(proved.last()["leaf"], promised.last()["leaf"]);
}

TEST_F(Receipts, FollowTheVoterWhoChanges) {
  Served served(in("data"), "demo", {"--checkpoint-interval", "50ms"});
  SmallVote vote(served);
  vote.join("vera");
  vote.vote("vera", "oak");
  const auto second = vote.vote("vera", "steel");
  const Ran ran = check(vote.get(receipt_path, "vera").body, key_of(served, "key"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["position"], second["position"]);
}

TEST_F(Receipts, AreWorthNothingWhereTheyAreAltered) {
  Served served(in("data"), "demo", {"--checkpoint-interval", "50ms"});
  SmallVote vote(served);
  vote.join("vera");
  vote.vote("vera", "oak");
  const auto key = key_of(served, "key");
  std::string proof;
  for (int i = 0; i < 200 && !proof.starts_with("c2sp.org"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    proof = vote.get(receipt_path, "vera").body;
  }
  ASSERT_EQ(check(proof, key).code, 0);
  for (std::size_t i = 0; i + 4 < proof.size(); ++i) {
    auto altered = proof;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(check(altered, key).code, exit_differences) << i << ": " << altered;
    if (i > 40) i += 7;  // some of the bytes of hashes and signatures
  }
}

TEST_F(Receipts, AreOfOneLog) {
  Served served(in("data"), "demo");
  SmallVote vote(served);
  vote.join("vera");
  vote.vote("vera", "oak");
  Served other(in("other"), "demo");
  const auto receipt = vote.get(receipt_path, "vera").body;
  EXPECT_EQ(check(receipt, key_of(served, "key")).code, 0);
  EXPECT_EQ(check(receipt, key_of(other, "other-key")).code, exit_differences);
  EXPECT_EQ(check("anything", key_of(served, "key")).code, exit_differences);
  EXPECT_EQ(check(receipt, "/nonexistent").code, 2);
}

// Whoever finds one learns neither the choice nor the pseudonym nor the record's id, which is its salt.
TEST_F(Receipts, TellNothingOfTheVote) {
  Served served(in("data"), "demo", {"--checkpoint-interval", "50ms"});
  SmallVote vote(served);
  vote.join("vera");
  const auto answer = vote.vote("vera", "oak");
  const auto receipt = vote.get(receipt_path, "vera").body;
  const auto position = std::stoul(answer["position"].get<std::string>());
  const Ran log = run({"log", "cat", "--data", in("data").string()});
  const auto record = nlohmann::json::parse(log.lines().at(position - 1));
  for (const auto& secret : {std::string("oak"), std::string("vera"), record["id"].get<std::string>(),
                             record["subject"].get<std::string>().substr(13)}) {
    EXPECT_THAT(receipt, Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace stimmbuch::test
