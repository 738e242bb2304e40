#include <chrono>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/identity/local_tokens.hpp"

namespace stimmbuch::identity {
namespace {

using std::chrono::seconds;
using namespace std::chrono_literals;

class LocalTokensTest : public testing::Test {
 protected:
  std::string minted(Role role = Role::staff, std::string_view subject = "anna", seconds ttl = 1h) const {
    return town.mint(role, subject, ttl, now).value();
  }

  static AuthFault fault(const std::expected<Grant, AuthError>& grant) {
    EXPECT_FALSE(grant.has_value());
    return grant ? AuthFault{} : grant.error().fault;
  }

  const LedgerId ledger = LedgerId::parse("kaiserslautern").value();
  const crypto::Secret key = crypto::Secret::random();
  const LocalTokens town{ledger, ledger::Purpose::town, key};
  const LocalTokens demo{ledger, ledger::Purpose::demo, key};
  const Time now{1'780'000'000'250'000us};
};

TEST_F(LocalTokensTest, SayWhoSomebodyIsUntilTheyExpire) {
  const auto grant = town.verify(minted(Role::certifier, "anna müller", 1h), now);
  ASSERT_TRUE(grant) << grant.error().text;
  EXPECT_EQ(grant->roles, Roles{Role::certifier});
  EXPECT_EQ(grant->issuer, local_issuer);
  EXPECT_EQ(grant->subject, "anna müller");
  EXPECT_EQ(grant->expires, std::chrono::floor<seconds>(now) + 1h);
}

TEST_F(LocalTokensTest, AreAcceptedForEveryRole) {
  for (const auto& row : role_table) {
    const auto grant = demo.verify(demo.mint(row.role, "x", 1h, now).value(), now);
    ASSERT_TRUE(grant) << row.name;
    EXPECT_EQ(grant->roles, Roles{row.role});
  }
}

TEST_F(LocalTokensTest, AreNotMintedForCitizensOfATown) {
  const auto refused = town.mint(Role::citizen, "anna", 1h, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, MintError::Kind::citizen_in_town);
  EXPECT_NE(refused.error().text.find("OpenID"), std::string_view::npos);
  EXPECT_TRUE(demo.mint(Role::citizen, "anna", 1h, now));
}

TEST_F(LocalTokensTest, AreNotMintedForOddSubjectsAndTimes) {
  for (const auto& subject :
       {std::string{}, std::string(256, 'x'), std::string{"a\nb"}, std::string(1, '\0')}) {
    EXPECT_EQ(town.mint(Role::staff, subject, 1h, now).error().kind, MintError::Kind::subject_invalid);
  }
  for (const auto ttl : {seconds{0}, seconds{-1}, LocalTokens::ttl_max + 1s}) {
    EXPECT_EQ(town.mint(Role::staff, "x", ttl, now).error().kind, MintError::Kind::ttl_invalid);
  }
  EXPECT_TRUE(town.mint(Role::staff, std::string(255, 'x'), LocalTokens::ttl_max, now));
}

TEST_F(LocalTokensTest, AreEachAnother) {
  EXPECT_NE(minted(), minted());
}

TEST_F(LocalTokensTest, ExpireToTheSecond) {
  const auto token = minted(Role::staff, "x", 10s);
  const auto issued = std::chrono::floor<seconds>(now);
  EXPECT_TRUE(town.verify(token, Time{issued + 10s} - 1us));
  EXPECT_EQ(fault(town.verify(token, issued + 10s)), AuthFault::expired);
}

TEST_F(LocalTokensTest, MayComeFromAClockThatIsAMinuteAhead) {
  const auto token = minted();
  EXPECT_TRUE(town.verify(token, now - 60s));
  EXPECT_EQ(fault(town.verify(token, now - 62s)), AuthFault::not_yet_valid);
}

TEST_F(LocalTokensTest, OfAnotherKeyOrLedgerAreForeign) {
  const LocalTokens other_key{ledger, ledger::Purpose::town, crypto::Secret::random()};
  const LocalTokens other_ledger{LedgerId::parse("trier").value(), ledger::Purpose::town, key};
  EXPECT_EQ(fault(other_key.verify(minted(), now)), AuthFault::foreign);
  EXPECT_EQ(fault(other_ledger.verify(minted(), now)), AuthFault::foreign);
}

TEST_F(LocalTokensTest, AreRefusedWithEveryCharacterChanged) {
  const auto token = minted();
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char c : {'A', 'b', '.', '=', '\n', ' '}) {
      auto altered = token;
      if (altered[i] == c) continue;
      altered[i] = c;
      EXPECT_FALSE(town.verify(altered, now)) << "character " << i;
    }
  }
}

TEST_F(LocalTokensTest, AreRefusedInEveryOtherForm) {
  const auto token = minted();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(town.verify(std::string_view{token}.substr(0, size), now)) << size;
  }
  for (const auto& other :
       {token + "=", token + ".", token + "A", " " + token, "sb2" + token.substr(3), std::string{"sb1.."},
        std::string{"sb1.AAAA." + std::string(43, 'A')}, "sb1." + std::string(9000, 'A')}) {
    EXPECT_FALSE(town.verify(other, now)) << other;
  }
}

TEST_F(LocalTokensTest, HoldNothingThatCouldBeReadAsAnotherPayload) {
  // Bytes that moved from one field to the next give another token, not the same one.
  const auto a = town.mint(Role::staff, "ab", 1h, now).value();
  EXPECT_EQ(town.verify(a, now)->subject, "ab");
  EXPECT_EQ(fault(town.verify(a.substr(0, a.rfind('.')) + "." + std::string(43, 'A'), now)),
            AuthFault::foreign);
}

}  // namespace
}  // namespace stimmbuch::identity
