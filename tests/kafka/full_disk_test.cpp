// The broker's disk is full: it ends, and takes nothing until there is room again.
#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

class FullDisk : public Promotion {
 protected:
  // Above what Kafka reserves for one index, 10 MiB.
  static constexpr int room_kib = 12 * 1024;
  // Those of an import that needs more room than that, as they are not compressed.
  static constexpr std::size_t ballots = 25'000;

  // Other tests' topics might have more already.
  void SetUp() override {
    Broker::stop();
    Broker::clean();
    Broker::start_with_little_room(room_kib);
  }
  void TearDown() override {
    if (HasFailure()) Broker::stop();
    Broker::start();
  }

  Node& leader_without_compression(const std::string& durability) {
    return leader(durability, {"--kafka-properties", "compression.type=none"});
  }
  static void wait_for_full_disk() {
    EXPECT_TRUE(eventually([] { return !Broker::runs(); }));
  }
};

TEST_F(FullDisk, OfTheBrokerDoesNotStopALeaderWithLocalDurability) {
  Node& one = leader_without_compression("local");
  follower();
  import_into(one, ballots);
  wait_for_full_disk();
  EXPECT_TRUE(eventually([&] { return one.replication()["backlog"] > 0; }));
  EXPECT_EQ(one.ask_operator("/readyz").status, 200);
  import_into(one, 500);
  Broker::start();
  expect_all_equal();
}

TEST_F(FullDisk, OfTheBrokerMakesALeaderWithReplicatedDurabilityRefuseAndShowNothing) {
  Node& one = leader_without_compression("replicated");
  follower();
  Crowd crowd(one, 2);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  const auto import = begin_import(one, ballots);
  wait_for_full_disk();
  EXPECT_TRUE(eventually([&] { return one.ask_operator("/readyz").status == 503; }));
  EXPECT_EQ(crowd.vote(one, 1, "oak").status, 503);
  const auto shown = one.head();
  const auto log = one.log();
  EXPECT_EQ(records_of(log).size(), shown);
  one.kill();
  // All that was shown is committed, though nothing is published now.
  Broker::start();
  const auto committed = consume(records_of(log).front()["source"].get<std::string>().substr(8));
  EXPECT_EQ(committed.values.starts_with(log), true);
  one.start();
  expect_import_succeeds(*import);
  EXPECT_EQ(crowd.vote(one, 1, "oak").status, 201);
  crowd.expect_all_in(one.log());
  expect_all_equal();
}

}  // namespace
}  // namespace stimmbuch::test
