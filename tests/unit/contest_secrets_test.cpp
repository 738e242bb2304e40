#include "stimmbuch/adapters/vault/contest_secrets.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/memory_vault.hpp"

namespace stimmbuch::vault {
namespace {

class ContestSecretsTest : public testing::Test {
 protected:
  static PollId poll(int n) { return PollId::parse(std::string{"p"}.append(std::to_string(n))).value(); }

  void put(const runner::VaultRow& row) {
    vault.write(position, {&row, 1});
    position = next(position);
  }

  test::MemoryVault vault;
  Position position{1};
};

TEST_F(ContestSecretsTest, GiveEachContestAnotherSecretAndKeepIt) {
  put(new_contest_secret(poll(1)));
  put(new_contest_secret(poll(2)));
  ContestSecrets secrets{vault, 10};
  const auto first = (*secrets.get(poll(1)))("voter", {"c"});
  EXPECT_NE(first, (*secrets.get(poll(2)))("voter", {"c"}));
  EXPECT_EQ(first, (*secrets.get(poll(1)))("voter", {"c"}));
  EXPECT_EQ(first, (*ContestSecrets{vault, 10}.get(poll(1)))("voter", {"c"}));
}

TEST_F(ContestSecretsTest, DoNotRememberThatThereWasNone) {
  ContestSecrets secrets{vault, 10};
  EXPECT_EQ(secrets.get(poll(1)), nullptr);
  put(new_contest_secret(poll(1)));
  EXPECT_NE(secrets.get(poll(1)), nullptr);
}

TEST_F(ContestSecretsTest, KeepOnlyTheLastUsed) {
  for (int n = 1; n <= 3; ++n) put(new_contest_secret(poll(n)));
  ContestSecrets secrets{vault, 2};
  const auto first = secrets.get(poll(1));
  const auto second = secrets.get(poll(2));
  EXPECT_EQ(secrets.get(poll(1)), first);
  secrets.get(poll(3));  // displaces the second
  EXPECT_EQ(secrets.get(poll(1)), first);
  EXPECT_NE(secrets.get(poll(2)), second);
}

TEST_F(ContestSecretsTest, KeepASealingSecretBesideThatOfThePseudonyms) {
  put(new_contest_secret(poll(1)));
  put(new_sealing_secret(poll(1)));
  put(new_contest_secret(poll(2)));
  ContestSecrets secrets{vault, 10};
  const auto sealing = secrets.sealing(poll(1));
  ASSERT_NE(sealing, nullptr);
  EXPECT_NE((*sealing)("x", {}), (*secrets.get(poll(1)))("x", {}));
  EXPECT_EQ((*sealing)("x", {}), (*ContestSecrets{vault, 10}.sealing(poll(1)))("x", {}));
  EXPECT_EQ(secrets.sealing(poll(2)), nullptr) << "it is not sealed";
  EXPECT_EQ(secrets.sealing(poll(3)), nullptr);
}

// Whoever holds one of them holds it while the cache goes on.
TEST_F(ContestSecretsTest, OutliveTheirPlaceInTheCache) {
  for (int n = 1; n <= 2; ++n) {
    put(new_contest_secret(poll(n)));
    put(new_sealing_secret(poll(n)));
  }
  ContestSecrets secrets{vault, 1};
  const auto sealing = secrets.sealing(poll(1));
  const auto before = (*sealing)("x", {});
  secrets.get(poll(2));
  EXPECT_EQ((*sealing)("x", {}), before);
}

TEST_F(ContestSecretsTest, RefuseARowThatIsNoSecret) {
  auto row = new_contest_secret(poll(1));
  row.value.pop_back();
  put(row);
  ContestSecrets secrets{vault, 2};
  EXPECT_THROW(secrets.get(poll(1)), std::runtime_error);
}

TEST_F(ContestSecretsTest, AreSharedByThreads) {
  for (int n = 0; n < 8; ++n) put(new_contest_secret(poll(n)));
  ContestSecrets secrets{vault, 4};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) EXPECT_NE(secrets.get(poll(i % 8)), nullptr);
    });
  }
}

}  // namespace
}  // namespace stimmbuch::vault
