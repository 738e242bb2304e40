#include "stimmbuch/tools/client/server_url.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stimmbuch::client {
namespace {

using testing::HasSubstr;

TEST(ServerUrl, IsHttpWithHostAndPort) {
  EXPECT_EQ(parse_server_url("http://127.0.0.1:8080").value(),
            (ServerUrl{.host = "127.0.0.1", .port = 8080}));
  EXPECT_EQ(parse_server_url("http://votes.example/").value(),
            (ServerUrl{.host = "votes.example", .port = 80}));
  EXPECT_EQ(parse_server_url("http://[::1]:65535").value(), (ServerUrl{.host = "::1", .port = 65535}));
  EXPECT_EQ(parse_server_url("http://[2001:db8::7]").value().port, 80);
}

TEST(ServerUrl, IsHttpsWithAPortOfItsOwn) {
  EXPECT_EQ(parse_server_url("https://votes.example").value(),
            (ServerUrl{.tls = true, .host = "votes.example", .port = 443}));
  EXPECT_EQ(parse_server_url("https://[::1]:8443").value(),
            (ServerUrl{.tls = true, .host = "::1", .port = 8443}));
}

TEST(ServerUrl, IsAUnixSocket) {
  const ServerUrl url = parse_server_url("unix:/run/stimmbuch/admin.sock").value();
  EXPECT_EQ(url.socket_path, "/run/stimmbuch/admin.sock");
  EXPECT_EQ(url.authority(), "localhost");
  EXPECT_EQ(url.text(), "unix:/run/stimmbuch/admin.sock");
}

TEST(ServerUrl, IsWrittenAsItWasRead) {
  for (const char* text :
       {"http://127.0.0.1:8080", "http://votes.example", "http://[::1]:8080", "http://votes.example:443",
        "https://votes.example", "https://votes.example:80", "https://[::1]:8443", "unix:/tmp/s"}) {
    EXPECT_EQ(parse_server_url(text).value().text(), text);
  }
  EXPECT_EQ(parse_server_url("http://[::1]:8080").value().authority(), "[::1]:8080");
}

TEST(ServerUrl, IsRefusedWithASentenceThatHelps) {
  const auto refusal = [](const std::string& text) { return parse_server_url(text).error(); };
  EXPECT_THAT(refusal(""), HasSubstr("http://HOST:PORT or unix:/PATH"));
  EXPECT_THAT(refusal("127.0.0.1:8080"), HasSubstr("http://HOST:PORT or unix:/PATH"));
  EXPECT_THAT(refusal("ftp://x"), HasSubstr("http://HOST:PORT or unix:/PATH"));
  EXPECT_THAT(refusal("https://"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("http://"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("http://:80"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("http://a b"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("http://x:0"), HasSubstr("'0' is not a port"));
  EXPECT_THAT(refusal("http://x:65536"), HasSubstr("'65536' is not a port"));
  EXPECT_THAT(refusal("http://x:"), HasSubstr("'' is not a port"));
  EXPECT_THAT(refusal("http://x:80a"), HasSubstr("'80a' is not a port"));
  EXPECT_THAT(refusal("http://x:80/v1"), HasSubstr("ends behind the port"));
  EXPECT_THAT(refusal("http://x?y"), HasSubstr("ends behind the port"));
  EXPECT_THAT(refusal("http://me:pw@x"), HasSubstr("no user and password"));
  EXPECT_THAT(refusal("http://::1:8080"), HasSubstr("http://[ADDRESS]:PORT"));
  EXPECT_THAT(refusal("http://[::1"), HasSubstr("in brackets"));
  EXPECT_THAT(refusal("http://[]:80"), HasSubstr("IPv6 address"));
  EXPECT_THAT(refusal("http://[::1]80"), HasSubstr("stands :PORT"));
  EXPECT_THAT(refusal("unix:run/s"), HasSubstr("absolute"));
  EXPECT_THAT(refusal("unix:/" + std::string(200, 'x')), HasSubstr("at most 107 bytes"));
}

TEST(Url, HasAServerAndAPath) {
  const auto url = parse_url("https://town.example:8443/hooks/news?of=town");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->first, parse_server_url("https://town.example:8443"));
  EXPECT_EQ(url->second, "/hooks/news?of=town");
  EXPECT_EQ(parse_url("http://town.example").value().second, "");
  EXPECT_THAT(parse_url("town.example/hooks").error(), HasSubstr("https://HOST/PATH"));
  EXPECT_THAT(parse_url("https:///hooks").error(), HasSubstr("names no host"));
}

}  // namespace
}  // namespace stimmbuch::client
