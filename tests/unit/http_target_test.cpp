#include <gtest/gtest.h>

#include "stimmbuch/adapters/http/server/target.hpp"

namespace stimmbuch::http {
namespace {

std::optional<std::string> decoded(std::string_view raw) {
  std::string storage;
  const auto path = decode_path(raw, storage);
  if (!path) return std::nullopt;
  return std::string(*path);
}

TEST(Path, IsDecodedExactlyOnce) {
  EXPECT_EQ(decoded("/polls/a%20b"), "/polls/a b");
  EXPECT_EQ(decoded("/polls/%2541"), "/polls/%41");
  EXPECT_EQ(decoded("/Stra%C3%9Fe/%e2%82%ac"), "/Straße/€");
}

TEST(Path, WithoutEscapesIsNotCopied) {
  std::string storage = "untouched";
  const std::string_view raw = "/polls/1";
  EXPECT_EQ(decode_path(raw, storage)->data(), raw.data());
  EXPECT_EQ(storage, "untouched");
}

TEST(Path, IsRefusedIfAnEscapeIsBroken) {
  for (const auto* raw : {"/%", "/%4", "/%4g", "/%g4", "/a%", "/%%41"}) EXPECT_FALSE(decoded(raw)) << raw;
}

TEST(Path, IsRefusedIfAnEscapeHidesWhatMustNotBeHidden) {
  for (const auto* raw : {"/a%2fb", "/a%2Fb", "/a%00", "/a%0d%0a", "/a%7f", "/a%1b"})
    EXPECT_FALSE(decoded(raw)) << raw;
}

TEST(Path, IsRefusedIfItIsNotUtf8) {
  for (const auto* raw : {"/%ff", "/%c3", "/%c0%af", "/%ed%a0%80", "/%f5%80%80%80", "/%e2%82"}) {
    EXPECT_FALSE(decoded(raw)) << raw;
  }
}

TEST(Path, IsRefusedIfItHasDotSegments) {
  for (const auto* raw :
       {"/..", "/.", "/a/../b", "/a/./b", "/a/..", "/../../etc/passwd", "/%2e%2e/a", "/.%2E/a", "/a/%2e"}) {
    EXPECT_FALSE(decoded(raw)) << raw;
  }
  for (const auto* raw : {"/...", "/.well-known/security.txt", "/a..b", "/..a", "/a.", "//a"}) {
    EXPECT_EQ(decoded(raw), raw);
  }
}

TEST(PercentDecoding, LeavesPlusAlone) {
  EXPECT_EQ(decode_percent("a+b%2Bc"), "a+b+c");
}

TEST(PercentDecoding, GivesAnyByte) {
  EXPECT_EQ(decode_percent("%00%fF"), std::string("\0\xff", 2));
  EXPECT_EQ(decode_percent(""), "");
  EXPECT_EQ(decode_percent("%zz"), std::nullopt);
}

}  // namespace
}  // namespace stimmbuch::http
