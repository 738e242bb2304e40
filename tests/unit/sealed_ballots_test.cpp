#include "stimmbuch/adapters/vault/sealed_ballots.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace stimmbuch::vault {
namespace {

using test::from_hex;
using test::to_hex;

class SealedBallots : public testing::Test {
 protected:
  static SealedRecord record() {
    SealedRecord one{*LedgerId::parse("town"), {*PollId::parse("p1"), *VoterId::parse("v1")}, {}};
    std::ranges::copy(from_hex("8719f50f0ef483f535864f84dfe532c4"), one.command.begin());
    return one;
  }

  const crypto::Mac sealing{
      crypto::Secret::from(from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
          .value()};
  const std::string padded = R"(["a","b"]   )";
};

// Computed with Python's hmac and `openssl enc -aes-256-ctr`.
TEST_F(SealedBallots, GiveThePublishedVector) {
  const auto key = ballot_key(sealing, record());
  EXPECT_EQ(to_hex(key.bytes()), "346bdaf93d6431caa841abb4fcb1ca030c7310185ef8e84084dc5471fd3d9c22");
  const auto seal = seal_choices(key, record(), padded);
  EXPECT_EQ(to_hex(seal.commitment), "2751bfd44dd916745b2c1aca4c23104779a0501d232e6bb038e97f580e88c0c0");
  EXPECT_EQ(to_hex(seal.ciphertext), "1e62ada898294db2e7b59a3c");
}

TEST_F(SealedBallots, OpenToWhatWasSealed) {
  const auto key = ballot_key(sealing, record());
  for (const auto& text : {std::string{}, padded, std::string(40'000, 'x')})
    EXPECT_EQ(open_seal(key, record(), seal_choices(key, record(), text)), text);
}

TEST_F(SealedBallots, HideHowManyChoicesThereAre) {
  const auto key = ballot_key(sealing, record());
  EXPECT_EQ(seal_choices(key, record(), R"(["a"]       )").ciphertext.size(),
            seal_choices(key, record(), padded).ciphertext.size());
}

TEST_F(SealedBallots, HaveAKeyForEachRecord) {
  auto other_voter = record();
  other_voter.ballot.voter = *VoterId::parse("v2");
  auto other_command = record();
  other_command.command[15] ^= std::byte{1};
  const auto key = to_hex(ballot_key(sealing, record()).bytes());
  EXPECT_NE(to_hex(ballot_key(sealing, other_voter).bytes()), key);
  EXPECT_NE(to_hex(ballot_key(sealing, other_command).bytes()), key);
  EXPECT_NE(to_hex(ballot_key(crypto::Mac{crypto::Secret::random()}, record()).bytes()), key);
}

// Two votes of one text have nothing in common that shows.
TEST_F(SealedBallots, LookDifferentThoughTheySayTheSame) {
  auto again = record();
  again.command[0] ^= std::byte{1};
  const auto one = seal_choices(ballot_key(sealing, record()), record(), padded);
  const auto two = seal_choices(ballot_key(sealing, again), again, padded);
  EXPECT_NE(one.commitment, two.commitment);
  EXPECT_NE(one.ciphertext, two.ciphertext);
}

TEST_F(SealedBallots, OpenUnderTheirOwnKeyOnly) {
  const auto key = ballot_key(sealing, record());
  const auto seal = seal_choices(key, record(), padded);
  EXPECT_FALSE(open_seal(crypto::Secret::random(), record(), seal));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    auto bytes = std::vector(key.bytes().begin(), key.bytes().end());
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(open_seal(crypto::Secret::from(bytes).value(), record(), seal)) << bit;
  }
}

TEST_F(SealedBallots, OpenForTheirOwnRecordOnly) {
  const auto key = ballot_key(sealing, record());
  const auto seal = seal_choices(key, record(), padded);
  auto other = record();
  other.ledger = *LedgerId::parse("village");
  EXPECT_FALSE(open_seal(key, other, seal));
  other = record();
  other.ballot.poll = *PollId::parse("p2");
  EXPECT_FALSE(open_seal(key, other, seal));
  other = record();
  other.ballot.voter = *VoterId::parse("v2");
  EXPECT_FALSE(open_seal(key, other, seal));
  other = record();
  other.command[7] ^= std::byte{1};
  EXPECT_FALSE(open_seal(key, other, seal));
}

TEST_F(SealedBallots, DoNotOpenWhenABitOfThemIsAnother) {
  const auto key = ballot_key(sealing, record());
  const auto seal = seal_choices(key, record(), padded);
  for (std::size_t bit = 0; bit < seal.commitment.size() * 8; ++bit) {
    auto altered = seal;
    altered.commitment[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(open_seal(key, record(), altered)) << bit;
  }
  for (std::size_t bit = 0; bit < seal.ciphertext.size() * 8; ++bit) {
    auto altered = seal;
    altered.ciphertext[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(open_seal(key, record(), altered)) << bit;
  }
  auto shorter = seal;
  shorter.ciphertext.pop_back();
  EXPECT_FALSE(open_seal(key, record(), shorter));
  auto longer = seal;
  longer.ciphertext.push_back(std::byte{0});
  EXPECT_FALSE(open_seal(key, record(), longer));
}

// With GCM alone an operator can make a ciphertext that two keys open to two votes. Here the ciphertext can
// be bent to another text under another key, but the commitment is then not that key's.
TEST_F(SealedBallots, CannotBeMadeToOpenInTwoWays) {
  const auto key = ballot_key(sealing, record());
  const auto seal = seal_choices(key, record(), padded);
  const crypto::Secret second(crypto::sha256(crypto::bytes_of("another key")));
  const auto seal_of_other = seal_choices(second, record(), R"(["c","d"]   )");
  for (const auto& mixed : {ballot::Seal{seal.commitment, seal_of_other.ciphertext},
                            ballot::Seal{seal_of_other.commitment, seal.ciphertext}}) {
    EXPECT_FALSE(open_seal(key, record(), mixed));
    EXPECT_FALSE(open_seal(second, record(), mixed));
  }
  EXPECT_FALSE(open_seal(second, record(), seal));
}

}  // namespace
}  // namespace stimmbuch::vault
