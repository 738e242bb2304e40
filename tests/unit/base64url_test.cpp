#include "stimmbuch/domain/base64url.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace stimmbuch {
namespace {

std::string encoded(std::string_view text) {
  return to_base64url(std::as_bytes(std::span{text}));
}

TEST(Base64Url, WritesTheVectorsOfRfc4648WithoutPadding) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg");
  EXPECT_EQ(encoded("fo"), "Zm8");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url(test::from_hex("fbefff")), "--__");
}

TEST(Base64Url, ReadsWhatItWrote) {
  std::mt19937 chance{1};
  for (std::size_t size = 0; size < 100; ++size) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(chance());
    const auto text = to_base64url(bytes);
    EXPECT_EQ(text.size(), base64url_size(size));
    EXPECT_EQ(from_base64url(text), bytes);
  }
}

TEST(Base64Url, RefusesEveryOtherTextForTheSameBytes) {
  EXPECT_FALSE(from_base64url("Zg=="));
  EXPECT_FALSE(from_base64url("Zh"));   // an unused bit is set
  EXPECT_FALSE(from_base64url("Zm9"));  // likewise
  EXPECT_FALSE(from_base64url("Zm9v\n"));
  EXPECT_FALSE(from_base64url(" Zm9v"));
}

TEST(Base64Url, RefusesLengthsAndCharactersThatNoBytesHave) {
  EXPECT_FALSE(from_base64url("Z"));
  EXPECT_FALSE(from_base64url("Zm9vY"));
  EXPECT_FALSE(from_base64url("++//"));
  EXPECT_FALSE(from_base64url(std::string_view{"Zm\0v", 4}));
  EXPECT_FALSE(from_base64url("Zmäv"));
}

TEST(Base64Url, RefusesTextsOfAnotherSizeThanAsked) {
  std::array<std::byte, 3> bytes;
  EXPECT_TRUE(from_base64url("Zm9v", bytes));
  EXPECT_FALSE(from_base64url("Zm8", bytes));
  EXPECT_FALSE(from_base64url("Zm9vYg", bytes));
}

}  // namespace
}  // namespace stimmbuch
