#include "cli/address.hpp"

#include <gtest/gtest.h>

namespace stimmbuch::program {
namespace {

TEST(Address, IsWrittenAsItIsRead) {
  for (const auto* const text : {"127.0.0.1:8080", "[::1]:0", "localhost:65535"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
}

TEST(Address, NeedsAHostAndAPort) {
  for (const auto* const text :
       {"", "8080", ":8080", "localhost", "localhost:", "::1:80", "[localhost]:80", "a:65536", "a:-1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Url, NamesThePortThatTheEngineGot) {
  EngineOptions options;
  options.listen = Address{"::1", 0};
  EXPECT_EQ(url_of(options, 8080), "http://[::1]:8080");
  options.tls.emplace();
  EXPECT_EQ(url_of(options, 8080), "https://[::1]:8080");
}

}  // namespace
}  // namespace stimmbuch::program
