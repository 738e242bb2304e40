// The network between the nodes and the broker delays, holds back, and cuts.
#include <atomic>
#include <thread>

#include "promotion.hpp"
#include "proxy.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

// Nodes are behind it, as long as a test does not say otherwise.
class Network : public Promotion {
 protected:
  Network() { brokers_ = "127.0.0.1:" + std::to_string(Broker::port_of_proxy()); }

  // What networks do, in any order and for a while.
  void be_bad(int steps) {
    for (int step = 0; step < steps; ++step) {
      proxy_.delay(std::chrono::milliseconds{random_.pick(delays_ms_)});
      if (random_.chance(50)) proxy_.hold();
      std::this_thread::sleep_for(std::chrono::milliseconds{random_.between(0, 800)});
      if (random_.chance(50)) proxy_.cut();
      proxy_.release();
    }
    proxy_.delay(0ms);
  }

  const std::uint64_t seed_ = seeds(1).front();
  const testing::ScopedTrace trace_{__FILE__, __LINE__, "STIMMBUCH_SEED=" + std::to_string(seed_)};
  Random random_{seed_};
  std::vector<int> delays_ms_{0, 5, 50};
  Proxy proxy_{Broker::port_of_proxy(), Broker::port_behind_proxy(), seed_};
};

class BadNetwork : public Network, public testing::WithParamInterface<std::string> {};

TEST_P(BadNetwork, CarriesEachRecordOnceAndInOrder) {
  Node& one = leader(GetParam());
  follower();
  std::atomic<bool> is_bad = true;
  const std::jthread network([&] {
    be_bad(rounds(12));
    is_bad = false;
  });
  // Each import succeeds: with `local` it hears nothing of this, with `replicated` it is told to try again.
  for (std::size_t more = 0; is_bad; ++more) import_into(one, 2'000 + more);
  expect_all_equal();
}

INSTANTIATE_TEST_SUITE_P(With, BadNetwork, testing::Values("local", "replicated"),
                         [](const auto& durability) { return durability.param; });

TEST_F(Network, ThatHidesALeaderDoesNotKeepItFromEndingWhenItIsBack) {
  Node& one = leader();
  brokers_ = Broker::address();
  Node& two = candidate();
  Crowd crowd(one, 8);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  expect_all_equal();
  proxy_.hold();
  Crowd lost = crowd;
  EXPECT_EQ(lost.vote(one, 1, "oak").status, 201);
  promote(two);
  // Both acknowledge now, which is what `local` says: the hidden one cannot know.
  for (int i = 2; i < 6; ++i) EXPECT_EQ(lost.vote(one, i, "oak").status, 201);
  EXPECT_EQ(crowd.vote(two, 1, "steel").status, 201);
  EXPECT_GT(one.head(), two.head());
  proxy_.release();
  EXPECT_EQ(one.end(), exit_former_leader) << one.said();
  EXPECT_EQ(crowd.vote(two, 2, "steel").status, 201);
  const Ran rejoined = rejoin(one);
  EXPECT_EQ(rejoined.last()["commands"], 5) << rejoined.out << rejoined.err;
  one.start_as(following());
  crowd.expect_all_in(two.log());
  expect_all_equal();
}

}  // namespace
}  // namespace stimmbuch::test
