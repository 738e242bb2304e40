// The stream index against the obvious: a map from subjects to positions, kept beside it.

#include <random>

#include <gtest/gtest.h>

#include "support/fault_file_system.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::eventstore::testing {
namespace {

class LedgerStreams : public ::testing::TestWithParam<unsigned> {};

TEST_P(LedgerStreams, EqualTheNaiveMapAcrossClosingAndOpening) {
  std::mt19937_64 random(GetParam());
  const auto below = [&](std::uint64_t bound) { return random() % bound; };

  const TemporaryDirectory temporary;
  const auto options = options_for(temporary.path() / "ledger");
  const auto env = env_on(std::make_shared<FaultFileSystem>());  // without faults: spares the syncs
  auto internals = small_sizes();
  internals.env = env.get();
  internals.index_table_records = 1 + below(120);
  internals.subject_hash_bits = static_cast<unsigned>(1 + below(64));
  const auto subjects = 1 + below(400);

  std::map<std::string, Records> expected;
  std::uint64_t position = 0;
  for (int session = 0; session < 5; ++session) {
    const auto ledger = open_ledger(options, internals);
    ASSERT_EQ(number(ledger->head()), position);
    for (auto groups = below(60); groups > 0; --groups) {
      std::vector<std::string> group;
      for (auto left = 1 + below(40); left > 0; --left) {
        const auto subject = "subject/" + std::to_string(below(subjects));
        group.push_back(record_of(subject, std::to_string(random())));
        expected[subject].emplace_back(++position, group.back());
      }
      append(*ledger, group);
      const auto any = "subject/" + std::to_string(below(subjects));
      ASSERT_EQ(stream_of(*ledger, any), expected[any]);
    }
    for (const auto& [subject, records] : expected) ASSERT_EQ(stream_of(*ledger, subject), records);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LedgerStreams, ::testing::Range(1U, 13U));

}  // namespace
}  // namespace stimmbuch::eventstore::testing
