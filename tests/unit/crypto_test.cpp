#include "stimmbuch/eventstore/crypto/crypto.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace stimmbuch::crypto {
namespace {

using test::from_hex;
using test::to_hex;

Secret secret_of(std::string_view hex) {
  return Secret::from(from_hex(hex)).value();
}

// 00 01 02 … 1f
Secret counting_secret() {
  return secret_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

TEST(Sha256, GivesTheVectorsOfFips180) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Commit, IsTheHashOfSaltAndText) {
  EXPECT_EQ(to_hex(commit("Grüß Gott", counting_secret().bytes())),
            "ec5a1c72ca2ed1cae246b4f8ec3f708024106ffc04aee4a3c54363b6379682cb");
}

TEST(Joined, PutsEachFieldBehindItsLengthAndThePurposeFirst) {
  EXPECT_EQ(to_hex(bytes_of(joined("voter", {"", "ab"}))),
            "00000012" + to_hex(bytes_of("stimmbuch/v1/voter")) + "00000000" + "00000002" + "6162");
}

TEST(Joined, GivesOtherBytesForEveryOtherListOfFields) {
  const std::set<std::string> all{joined("a", {}),          joined("a", {""}),
                                  joined("a", {"bc", "d"}), joined("a", {"b", "cd"}),
                                  joined("a", {"bcd"}),     joined("a", {"bc", "d", ""}),
                                  joined("ab", {"c", "d"}), joined("", {"a", "b"})};
  EXPECT_EQ(all.size(), 8U);
}

// Computed with Python's hmac over the bytes that docs/formats/derivations.md describes.
TEST(Mac, IsHmacSha256OfTheJoinedFields) {
  const Mac mac{counting_secret()};
  EXPECT_EQ(to_hex(mac("test", {"a", "bc"})),
            "3dc34a1a558afff459604f0cffcb99e29c060f10b8c1ee775213f5327c79604d");
}

TEST(Mac, TakesFieldsOfEveryLength) {
  const Mac mac{counting_secret()};
  EXPECT_EQ(to_hex(mac("test", {std::string(2000, 'x'), std::string(300, 'y')})),
            "463320bc412ac3c14b8e431c6ef9f7319975d611d5733ed900a792b28363774c");
}

TEST(Mac, IsAnotherUnderAnotherKeyOrPurpose) {
  const Mac mac{counting_secret()};
  const Mac other{Secret::random()};
  EXPECT_NE(mac("test", {"a"}), other("test", {"a"}));
  EXPECT_NE(mac("test", {"a"}), mac("tests", {"a"}));
}

TEST(Mac, IsSharedByThreads) {
  const Mac mac{counting_secret()};
  const auto expected = mac("test", {"a", "bc"});
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) wrong += mac("test", {"a", "bc"}) != expected;
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(Secret, CannotBePrinted) {
  const auto printable = []<class T>(const T& value) {
    return requires(std::ostream& stream) { stream << value; };
  };
  EXPECT_TRUE(printable(std::string{}));
  EXPECT_FALSE(printable(counting_secret()));
}

TEST(Secret, IsWipedWhenItEnds) {
  alignas(Secret) std::array<std::byte, sizeof(Secret)> place;
  auto* const secret = new (place.data()) Secret{counting_secret()};
  EXPECT_EQ(*secret, counting_secret());
  secret->~Secret();
  EXPECT_TRUE(std::ranges::all_of(place, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(Secret, IsThirtyTwoBytesAndNothingElse) {
  EXPECT_FALSE(Secret::from(std::vector<std::byte>(31)));
  EXPECT_FALSE(Secret::from(std::vector<std::byte>(33)));
}

TEST(RandomBytes, NeverRepeatAcrossThreadsAndSizes) {
  constexpr int per_thread = 3000;
  std::vector<std::vector<std::string>> ids(4);
  {
    std::vector<std::jthread> threads;
    for (auto& own : ids) {
      threads.emplace_back([&own] {
        for (int i = 0; i < per_thread; ++i) own.push_back(random_id());
      });
    }
  }
  std::set<std::string> all;
  for (const auto& own : ids) all.insert(own.begin(), own.end());
  EXPECT_EQ(all.size(), ids.size() * per_thread);

  std::vector<std::byte> large(100'000);
  random_bytes(large);
  EXPECT_GT(std::set(large.begin(), large.end()).size(), 250U);
}

// The specification of GCM by McGrew and Viega, test case 16.
TEST(Unseal, OpensThePublishedVectorOfAes256Gcm) {
  const auto key = secret_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto sealed = from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e"
      "6393ba7a0a"
      "bcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto plain = unseal(key, text_of(sealed), text_of(associated));
  ASSERT_TRUE(plain);
  EXPECT_EQ(to_hex(bytes_of(*plain)),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa"
            "0de657ba637b39");
}

// NIST SP 800-38A, F.5.5 and F.5.6: four blocks, between which the counter goes on.
TEST(CounterMode, GivesThePublishedVectorOfAes256) {
  const auto key = secret_of("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const auto block = from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const auto plain = from_hex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  const std::span<const std::byte, 16> first{block.data(), 16};
  const auto sealed = counter_mode(key, first, text_of(plain));
  EXPECT_EQ(to_hex(bytes_of(sealed)),
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
            "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
  EXPECT_EQ(counter_mode(key, first, sealed), text_of(plain));
}

TEST(CounterMode, KeepsEveryLength) {
  const auto key = Secret::random();
  const std::array<std::byte, 16> block{};
  const std::string text(1000, 'x');
  const auto whole = counter_mode(key, block, text);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 999U})
    EXPECT_EQ(counter_mode(key, block, std::string_view(text).substr(0, size)), whole.substr(0, size));
}

TEST(Seal, OpensToWhatWasSealed) {
  const auto key = Secret::random();
  for (const auto& plain : {std::string{}, std::string{"x"}, std::string(100'000, 'y')}) {
    const auto sealed = seal(key, plain, "place");
    EXPECT_EQ(sealed.size(), plain.size() + sealed_overhead);
    EXPECT_EQ(unseal(key, sealed, "place"), plain);
    EXPECT_EQ(unseal(key, seal(key, plain, {}), {}), plain);
  }
}

TEST(Seal, NeverGivesTheSameBytesTwice) {
  const auto key = Secret::random();
  EXPECT_NE(seal(key, "text", "place"), seal(key, "text", "place"));
}

TEST(Unseal, RefusesEveryAlteredBitAnotherKeyAndAnotherPlace) {
  const auto key = Secret::random();
  const auto sealed = seal(key, "text", "place");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(unseal(key, altered, "place"));
  }
  EXPECT_FALSE(unseal(Secret::random(), sealed, "place"));
  EXPECT_FALSE(unseal(key, sealed, "elsewhere"));
}

TEST(Unseal, RefusesEveryShortenedText) {
  const auto key = Secret::random();
  const auto sealed = seal(key, "text", "place");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(unseal(key, std::string_view{sealed}.substr(0, size), "place"));
  }
}

struct Ed25519Vector {
  std::string_view seed, key, message, signature;
};

// RFC 8032, section 7.1, tests 1 and 2.
constexpr Ed25519Vector ed25519_vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24"
     "655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aee"
     "b00d291612bb0c00"},
};

TEST(Ed25519, GivesTheVectorsOfRfc8032) {
  for (const auto& vector : ed25519_vectors) {
    const auto seed = secret_of(vector.seed);
    const auto message = from_hex(vector.message);
    EXPECT_EQ(to_hex(public_key(seed)), vector.key);
    const auto signature = sign(seed, message);
    EXPECT_EQ(to_hex(signature), vector.signature);
    EXPECT_TRUE(verify(public_key(seed), message, signature));
  }
}

TEST(Ed25519, RefusesAnotherMessageKeyOrSignature) {
  const auto seed = Secret::random();
  auto signature = sign(seed, bytes_of("message"));
  EXPECT_TRUE(verify(public_key(seed), bytes_of("message"), signature));
  EXPECT_FALSE(verify(public_key(seed), bytes_of("massage"), signature));
  EXPECT_FALSE(verify(public_key(Secret::random()), bytes_of("message"), signature));
  signature[0] ^= std::byte{1};
  EXPECT_FALSE(verify(public_key(seed), bytes_of("message"), signature));
}

TEST(EqualInConstantTime, ComparesAllBytes) {
  EXPECT_TRUE(equal_in_constant_time(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("ab")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace stimmbuch::crypto
