// Three brokers, of which now one is lost and then the next: topics have three replicas, and two must have a
// record before it counts.
#include "nodes.hpp"
#include "support/seed.hpp"

namespace stimmbuch::test {
namespace {

class Cluster : public Nodes, public testing::WithParamInterface<std::string> {};

TEST_P(Cluster, CarriesOnWithoutAnyOneOfItsBrokers) {
  Node& one = leader(GetParam());
  follower();
  const auto first = seeds(1).front();
  SCOPED_TRACE("STIMMBUCH_SEED=" + std::to_string(first));
  for (int round = 0; round < rounds(1); ++round) {
    const auto import = begin_import(one, 2'000 + static_cast<std::size_t>(round));
    Broker::kill(1 + static_cast<int>((first + static_cast<unsigned>(round)) % 3));
    expect_import_succeeds(*import);
    // Two of three are enough to commit.
    EXPECT_TRUE(eventually([&] { return one.replication()["backlog"] == 0; })) << one.replication();
    Broker::start();
  }
  expect_all_equal();
}

INSTANTIATE_TEST_SUITE_P(With, Cluster, testing::Values("local", "replicated"),
                         [](const auto& durability) { return durability.param; });

}  // namespace
}  // namespace stimmbuch::test
