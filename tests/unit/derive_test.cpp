#include "stimmbuch/adapters/vault/derive.hpp"

#include <set>

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace stimmbuch::vault {
namespace {

// The vectors of docs/formats/derivations.md, computed with Python's hmac under the key 00 01 … 1f. They hold
// for ever.
class Derive : public testing::Test {
 protected:
  const Mac mac{
      Secret::from(test::from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
          .value()};
  const PollId poll = PollId::parse("p1").value();
  const VoterId voter = VoterId::parse("v1").value();
  const CitizenId citizen = CitizenId::parse("c1").value();
  const OfficialId official = OfficialId::parse("o1").value();
  const StreamId ballot = BallotId{poll, voter};
};

TEST_F(Derive, GivesThePublishedVectors) {
  EXPECT_EQ(voter_pseudonym(mac, citizen).text(), "V8wRsziRqOLAw3fwW5BL3w");
  EXPECT_EQ(imported_voter(mac, "4711").text(), "XJUhhZfF2OCHTvh3Y0S68g");
  EXPECT_EQ(created_id(mac, "poll", official, "key-1"), "7dtJPSnihuulp0ka0Uwh5A");
  EXPECT_EQ(identity_row_name(mac, "https://id.example", "alice"),
            "identity/H_LBuCj4xzLFu43pAhgInQxaQhygJvT687Gb-hXvXE4");
  EXPECT_EQ(registry_row_name(mac, "DE-1234"), "registry/LII4kSxQHGdci7-Ixc8m2v6rzbDLltQDxJ-2gQf4liA");
  EXPECT_EQ(official_id(mac, "https://id.example", "alice").text(), "S2CxLOwCsYiC0BUOKspqMA");

  const auto id = command_id(mac, voter, ballot, "key-1");
  EXPECT_EQ(test::to_hex(id), "8719f50f0ef483f535864f84dfe532c4");
  EXPECT_EQ(test::to_hex(content_tag(mac, id, "ballot.cast-vote", R"({"choices":["a"]})")),
            "d5c7ef5ddfcfe57b");
  EXPECT_EQ(to_text(command_tag(mac, voter, ballot, "key-1", "ballot.cast-vote", R"({"choices":["a"]})")),
            "hxn1Dw70g_U1hk-E3-UyxNXH713fz-V7");
}

TEST_F(Derive, GivesACommandAnotherIdForEveryActorStreamAndKey) {
  const std::set<CommandId> ids{
      command_id(mac, voter, ballot, "key-1"), command_id(mac, citizen, ballot, "key-1"),
      command_id(mac, voter, poll, "key-1"), command_id(mac, voter, ballot, "key-2")};
  EXPECT_EQ(ids.size(), 4U);
}

TEST_F(Derive, GivesOtherContentAnotherTagUnderTheSameId) {
  const auto tag = [&](std::string_view type, std::string_view data) {
    return command_tag(mac, voter, ballot, "key-1", type, data);
  };
  const auto first = tag("ballot.cast-vote", R"({"choices":["a"]})");
  EXPECT_EQ(first, tag("ballot.cast-vote", R"({"choices":["a"]})"));
  for (const auto& other : {tag("ballot.cast-vote", R"({"choices":["b"]})"),
                            tag("ballot.withdraw-vote", R"({"choices":["a"]})")}) {
    EXPECT_EQ(other.id, first.id);
    EXPECT_NE(other.content, first.content);
  }
}

TEST_F(Derive, KeepsAVoterApartFromContestToContest) {
  const Mac other{Secret::random()};
  EXPECT_NE(voter_pseudonym(mac, citizen), voter_pseudonym(other, citizen));
}

TEST_F(Derive, DoesNotMixIssuerAndSubject) {
  EXPECT_NE(identity_row_name(mac, "ab", "c"), identity_row_name(mac, "a", "bc"));
}

}  // namespace
}  // namespace stimmbuch::vault
