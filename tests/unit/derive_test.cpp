#include "stimmbuch/adapters/vault/derive.hpp"

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/eventstore/codec/command_content.hpp"
#include "support/hex.hpp"

namespace stimmbuch::vault {
namespace {

// The last cell in the row of docs/formats/derivations.md that gives this vector; they were computed with
// Python's hmac and hold for ever.
std::string published(const std::string& what) {
  std::ifstream page(STIMMBUCH_SOURCE_DIR "/docs/formats/derivations.md");
  std::string line;
  while (std::getline(page, line) && !line.starts_with("Vectors under the key")) {
  }
  while (std::getline(page, line)) {
    if (!line.starts_with("| " + what + " | ")) continue;
    const auto end = line.rfind('`');
    const auto begin = line.rfind('`', end - 1) + 1;
    return line.substr(begin, end - begin);
  }
  return "no vector for " + what;
}

class Derive : public testing::Test {
 protected:
  const std::vector<std::byte> key =
      test::from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const crypto::Mac mac{crypto::Secret::from(key).value()};
  const PollId poll = PollId::parse("p1").value();
  const VoterId voter = VoterId::parse("v1").value();
  const CitizenId citizen = CitizenId::parse("c1").value();
  const OfficialId official = OfficialId::parse("o1").value();
  const StreamId ballot = BallotId{poll, voter};
};

TEST_F(Derive, GivesThePublishedVectors) {
  EXPECT_EQ(voter_pseudonym(mac, citizen).text(), published("voter's pseudonym"));
  EXPECT_EQ(respondent(mac, voter).text(), published("respondent"));
  EXPECT_EQ(imported_voter(mac, "4711").text(), published("imported voter"));
  EXPECT_EQ(created_id(mac, "poll", official, "key-1"), published("created thing"));
  EXPECT_EQ(identity_row_name(mac, "https://id.example", "alice"), published("identity row"));
  EXPECT_EQ(registry_row_name(mac, "DE-1234"), published("registry row"));
  EXPECT_EQ(official_id(mac, "https://id.example", "alice").text(), published("official"));
  EXPECT_EQ(test::to_hex(crypto::commit("Grüß Gott", std::span<const std::byte, 32>(key))),
            published("commitment"));
}

TEST_F(Derive, GivesThePublishedEntryOfARoll) {
  const auto number = roll_number(mac, citizen);
  EXPECT_EQ(test::to_hex(number), published("roll number"));
  const auto binding =
      roll_binding(LedgerId::parse("town").value(), poll, citizen, voter_pseudonym(mac, citizen), number);
  EXPECT_EQ(test::to_hex(binding), published("roll binding"));
}

TEST_F(Derive, GivesThePublishedSealOfABallot) {
  const SealedRecord record{LedgerId::parse("town").value(), std::get<BallotId>(ballot),
                            command_id(mac, voter, ballot, "key-1")};
  const auto own = ballot_key(mac, record);
  EXPECT_EQ(test::to_hex(own.bytes()), published("ballot key"));
  const auto seal = seal_choices(own, record, R"(["a","b"]   )");
  EXPECT_EQ(test::to_hex(seal.commitment), published("seal's commitment"));
  EXPECT_EQ(test::to_hex(seal.ciphertext), published("seal's ciphertext"));
}

TEST_F(Derive, BindsARollsEntryToItsPersonAndPlace) {
  const auto ledger = LedgerId::parse("town").value();
  const auto number = roll_number(mac, citizen);
  const auto binding = roll_binding(ledger, poll, citizen, voter, number);
  EXPECT_NE(roll_binding(LedgerId::parse("village").value(), poll, citizen, voter, number), binding);
  EXPECT_NE(roll_binding(ledger, PollId::parse("p2").value(), citizen, voter, number), binding);
  EXPECT_NE(roll_binding(ledger, poll, CitizenId::parse("c2").value(), voter, number), binding);
  EXPECT_NE(roll_binding(ledger, poll, citizen, VoterId::parse("v2").value(), number), binding);
  EXPECT_NE(roll_binding(ledger, poll, citizen, voter, roll_number(mac, CitizenId::parse("c2").value())),
            binding);
}

// What the engine hashes of a vote.
TEST_F(Derive, GivesThePublishedTagOfACommand) {
  const Command vote = ballot::Command{ballot::CastVote{{{OptionId::parse("a").value(), 0}}}};
  const auto name = codec::name_of(vote);
  const auto content = codec::content_of(vote);
  const auto id = command_id(mac, voter, ballot, "key-1");
  EXPECT_EQ(test::to_hex(id), published("command id"));
  EXPECT_EQ(test::to_hex(content_tag(mac, id, name, content)), published("command content"));
  EXPECT_EQ(to_text(command_tag(mac, voter, ballot, "key-1", name, content)), published("`command`"));
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
  const auto first = tag("CastVote", R"({"choices":["a"]})");
  EXPECT_EQ(first, tag("CastVote", R"({"choices":["a"]})"));
  for (const auto& other :
       {tag("CastVote", R"({"choices":["b"]})"), tag("WithdrawVote", R"({"choices":["a"]})")}) {
    EXPECT_EQ(other.id, first.id);
    EXPECT_NE(other.content, first.content);
  }
}

TEST_F(Derive, KeepsAVoterApartFromContestToContest) {
  const crypto::Mac other{crypto::Secret::random()};
  EXPECT_NE(voter_pseudonym(mac, citizen), voter_pseudonym(other, citizen));
}

TEST_F(Derive, DoesNotMixIssuerAndSubject) {
  EXPECT_NE(identity_row_name(mac, "ab", "c"), identity_row_name(mac, "a", "bc"));
}

}  // namespace
}  // namespace stimmbuch::vault
