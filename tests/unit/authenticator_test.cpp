#include "stimmbuch/adapters/identity/authenticator.hpp"

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "support/jwt_issuer.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::identity {
namespace {

using namespace std::chrono_literals;

class AuthenticatorTest : public testing::Test {
 protected:
  void publish(const test::SigningKey& signing) const {
    std::ofstream{file} << test::jwk_set({signing.jwk()});
  }

  std::string local(std::string_view subject = "anna", std::chrono::seconds ttl = 1h) const {
    return "Bearer " + tokens.mint(Role::staff, subject, ttl, now).value();
  }

  std::string openid(const test::SigningKey& signing) const {
    return "Bearer " + signing.token({{"iss", "https://id.example"},
                                      {"aud", "stimmbuch"},
                                      {"sub", "anna"},
                                      {"exp", 1'780'000'600}});
  }

  static AuthFault fault(const std::expected<std::shared_ptr<const Principal>, AuthError>& principal) {
    EXPECT_FALSE(principal.has_value());
    return principal ? AuthFault{} : principal.error().fault;
  }

  const Time now{1'780'000'000s};
  const crypto::Secret subject_secret = crypto::Secret::random();
  const crypto::Mac subject_mac{subject_secret};
  const test::SigningKey key = test::SigningKey::p256("a");
  test::TemporaryDirectory place;
  std::filesystem::path file = place.path() / "keys.json";

  const LocalTokens tokens{LedgerId::parse("town").value(), ledger::Purpose::town, crypto::Secret::random()};
  std::unique_ptr<OpenIdIssuers> issuers = [this] {
    publish(key);
    return OpenIdIssuers::open({{.issuer = "https://id.example",
                                 .audience = "stimmbuch",
                                 .keys_file = file,
                                 .roles_of_all = {Role::citizen},
                                 .role_claim = "",
                                 .roles = {},
                                 .typ = "",
                                 .acr = {}}})
        .value();
  }();
  Authenticator authenticator{tokens, *issuers, subject_secret, 4};
};

TEST_F(AuthenticatorTest, TellsWhoHoldsALocalToken) {
  const auto principal = authenticator.authenticate(local(), now);
  ASSERT_TRUE(principal) << principal.error().text;
  EXPECT_TRUE((*principal)->may(Right::manage_polls));
  EXPECT_FALSE((*principal)->may(Right::vote));
  EXPECT_FALSE((*principal)->may(Right::certify));
  EXPECT_EQ((*principal)->official, vault::official_id(subject_mac, "local", "anna"));
  EXPECT_EQ((*principal)->identity_row, vault::identity_row_name(subject_mac, "local", "anna"));
}

TEST_F(AuthenticatorTest, TellsWhoHoldsATokenOfAnIssuer) {
  const auto principal = authenticator.authenticate(openid(key), now);
  ASSERT_TRUE(principal) << principal.error().text;
  EXPECT_TRUE((*principal)->may(Right::vote));
  EXPECT_EQ((*principal)->identity_row, vault::identity_row_name(subject_mac, "https://id.example", "anna"));
}

TEST_F(AuthenticatorTest, KnowsAPersonByWhateverToken) {
  const auto first = authenticator.authenticate(local(), now).value();
  const auto second = authenticator.authenticate(local(), now).value();
  EXPECT_NE(first, second);
  EXPECT_EQ(first->official, second->official);
  EXPECT_NE(first->official, authenticator.authenticate(local("bert"), now).value()->official);
}

TEST_F(AuthenticatorTest, VerifiesATokenOnceUntilItExpires) {
  const auto token = local("anna", 10s);
  const auto first = authenticator.authenticate(token, now).value();
  EXPECT_EQ(authenticator.authenticate(token, now + 9s).value(), first);
  EXPECT_EQ(fault(authenticator.authenticate(token, now + 10s)), AuthFault::expired);
}

TEST_F(AuthenticatorTest, RemembersOnlyTheLastUsedTokens) {
  const auto token = local();
  const auto first = authenticator.authenticate(token, now).value();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(authenticator.authenticate(local(), now));
  EXPECT_NE(authenticator.authenticate(token, now).value(), first);
}

TEST_F(AuthenticatorTest, ForgetsWithdrawnKeysWhenToldToReload) {
  EXPECT_TRUE(authenticator.authenticate(openid(key), now));
  const auto token = openid(key);
  EXPECT_TRUE(authenticator.authenticate(token, now));
  const auto next_key = test::SigningKey::p256("b");
  publish(next_key);
  EXPECT_TRUE(authenticator.reload().empty());
  EXPECT_EQ(fault(authenticator.authenticate(token, now)), AuthFault::foreign);
  EXPECT_TRUE(authenticator.authenticate(openid(next_key), now));
}

TEST_F(AuthenticatorTest, ReadsTheSchemeInAnyCase) {
  const auto token = local().substr(7);
  for (const auto* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "}) {
    EXPECT_TRUE(authenticator.authenticate(scheme + token, now)) << scheme;
  }
}

TEST_F(AuthenticatorTest, MissesATokenWhereThereIsNone) {
  for (const auto* header : {"", "Bearer", "Bearer ", "Bearer   ", "Basic YTpi", "Bearerx y", "b"}) {
    EXPECT_EQ(fault(authenticator.authenticate(header, now)), AuthFault::missing) << header;
  }
}

TEST_F(AuthenticatorTest, RefusesWhatIsNoToken) {
  EXPECT_EQ(fault(authenticator.authenticate("Bearer x", now)), AuthFault::malformed);
  EXPECT_EQ(fault(authenticator.authenticate("Bearer " + std::string(8193, 'a'), now)), AuthFault::malformed);
  EXPECT_EQ(fault(authenticator.authenticate(local() + " ", now)), AuthFault::malformed);
}

TEST_F(AuthenticatorTest, ChallengesAsRfc6750Says) {
  EXPECT_EQ(challenge(authenticator.authenticate("", now).error()), "Bearer");
  EXPECT_EQ(challenge(authenticator.authenticate("Bearer x", now).error()),
            R"(Bearer error="invalid_token", error_description="The token is malformed.")");
}

TEST_F(AuthenticatorTest, IsSharedByThreads) {
  std::vector<std::string> headers;
  for (int i = 0; i < 8; ++i) headers.push_back(i % 2 == 0 ? local() : openid(key));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 200; ++i) {
        EXPECT_TRUE(authenticator.authenticate(headers[i % headers.size()], now).has_value());
      }
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(authenticator.reload().empty());
}

}  // namespace
}  // namespace stimmbuch::identity
