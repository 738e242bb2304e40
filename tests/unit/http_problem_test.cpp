#include <map>
#include <set>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/http/server/problem.hpp"

namespace stimmbuch::http {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatJsonRequires) {
  EXPECT_EQ(json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json(std::string_view("\0\n\x1f", 3)), R"("\u0000\u000a\u001f")");
  EXPECT_EQ(json("Łódź €😀\x7f"), "\"Łódź €😀\x7f\"");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(json("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(ProblemDocument, HasTheMembersOfTheReference) {
  const Response response = problem({409, "command-rejected", "poll_closed", "Command rejected",
                                     "The poll \"Süd\" is closed.", R"("trace_id":"4bf9")"});
  EXPECT_EQ(response.status, 409U);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(body_of(response),
            R"({"type":"/problems/command-rejected","title":"Command rejected","status":409,)"
            R"("detail":"The poll \"Süd\" is closed.","code":"poll_closed","trace_id":"4bf9"})");
}

TEST(Refusals, HaveDistinctCodesAndOneTitlePerType) {
  std::set<std::string_view> codes;
  std::map<std::string_view, std::string_view> titles;
  for (const RefusalText& text : all_refusals()) {
    EXPECT_TRUE(codes.insert(text.code).second) << text.code;
    EXPECT_EQ(titles.emplace(text.type, text.title).first->second, text.title) << text.type;
    EXPECT_EQ(problem(text.refusal).status, text.status);
    EXPECT_GE(text.status, 400U);
  }
}

TEST(Overload, SaysWhenToTryAgain) {
  EXPECT_EQ(problem(Refusal::overloaded).headers.at(0).name, "Retry-After");
}

}  // namespace
}  // namespace stimmbuch::http
