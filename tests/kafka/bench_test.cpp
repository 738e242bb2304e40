// The benchmarks that need a broker, at sizes at which they measure nothing.
#include "nodes.hpp"

namespace stimmbuch::test {
namespace {

class BenchOverKafka : public testing::Test {
 protected:
  Ran bench(std::vector<std::string> words) const {
    words.insert(words.begin(), "bench");
    words.insert(words.end(), {"--kafka", Broker::address(), "--json", "--progress", "none"});
    auto environment = clean_environment();
    environment["TMPDIR"] = directory_.path().string();
    return run(words, environment);
  }

  TemporaryDirectory directory_;
};

void expect_positive(const Json& summary, const std::vector<std::string>& members) {
  for (const auto& member : members) EXPECT_GT(summary.value(member, 0.0), 0.0) << member;
}

TEST_F(BenchOverKafka, PublishesALedgerOnceAndFollowsIt) {
  const auto data = (directory_.path() / "data").string();
  const Ran ran = bench({"publish", "--votes", "300", "--data", data});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Json summary = ran.last();
  expect_positive(summary, {"records_per_second", "mebibytes_per_second", "cpu_us_per_record", "transactions",
                            "follower_records_per_second", "follower_cpu_us_per_record"});
  EXPECT_EQ(consume_topic(summary["topic"].get<std::string>()).values,
            run({"log", "cat", "--data", data}).out);
  EXPECT_FALSE(std::filesystem::exists(data + "/follower-bench"));
  EXPECT_EQ(bench({"publish", "--data", data}).code, 2);
}

TEST_F(BenchOverKafka, MeasuresVotesThatWaitForTheBroker) {
  const Ran ran = bench({"durability", "--seconds", "1"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const std::string durability : {"local", "replicated"}) {
    for (const std::string waiting : {"1", "64", "4096"}) {
      const auto prefix = durability + "_" + waiting + "_";
      expect_positive(ran.last(), {prefix + "votes_per_second", prefix + "p50_ms", prefix + "p99_ms"});
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

}  // namespace
}  // namespace stimmbuch::test
