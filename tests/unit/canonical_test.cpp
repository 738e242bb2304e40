#include "stimmbuch/eventstore/codec/canonical.hpp"

#include <array>
#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::codec {
namespace {

template <class T>
std::string written(const T& value) {
  std::string text;
  Writer out(text);
  write(out, value);
  return text;
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  Reader in(text);
  if (!read(in, value) || !in.done()) return std::nullopt;
  return value;
}

using Text = std::string;
using Numbers = std::vector<std::int64_t>;
using Words = std::map<std::string, std::string, std::less<>>;
using Bytes = std::array<std::byte, 2>;

Text in_quotes(std::string_view text) {
  return Text(1, '"').append(text).append(1, '"');
}

TEST(Integers, HaveOneWriting) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{7}, std::int64_t{-7}, integer_max, -integer_max}) {
    EXPECT_EQ(parsed<std::int64_t>(written(value)), value);
  }
  for (const char* text :
       {"9007199254740993", "-9007199254740993", "99999999999999999999", "-0", "00", "01", "-01", "+1", "1.0",
        "1e3", "1E3", " 1", "1 ", "", "-", "\"1\"", "null", "0x1", "1,"}) {
    EXPECT_FALSE(parsed<std::int64_t>(text)) << text;
  }
}

TEST(Integers, FitTheirType) {
  EXPECT_EQ(parsed<std::uint32_t>("4294967295"), 4294967295U);
  EXPECT_FALSE(parsed<std::uint32_t>("4294967296"));
  EXPECT_FALSE(parsed<std::uint32_t>("-1"));
  EXPECT_FALSE(parsed<std::int32_t>("2147483648"));
}

TEST(Positions, AreStringsOfTheirDigits) {
  EXPECT_EQ(written(Position{UINT64_MAX}), "\"18446744073709551615\"");
  EXPECT_EQ(parsed<Position>("\"18446744073709551615\""), Position{UINT64_MAX});
  for (const char* text : {"1", "\"01\"", "\"\"", "\"-1\"", "\"+1\"", "\"18446744073709551616\"", "\" 1\""}) {
    EXPECT_FALSE(parsed<Position>(text)) << text;
  }
}

TEST(Booleans, HaveOneWriting) {
  EXPECT_EQ(parsed<bool>("true"), true);
  EXPECT_EQ(parsed<bool>("false"), false);
  for (const char* text : {"True", "1", "null", "tru", "truee", ""}) EXPECT_FALSE(parsed<bool>(text)) << text;
}

TEST(Strings, AreEscapedWhereTheyMustBe) {
  EXPECT_EQ(written(Text("\"\\\b\t\n\f\r\x01\x1f/ä\x7f")), R"("\"\\\b\t\n\f\r\u0001\u001f/ä)"
                                                           "\x7f\"");
  EXPECT_EQ(written(Text("a\0b", 3)), R"("a\u0000b")");
}

TEST(Strings, HaveOneWriting) {
  for (const char* text :
       {R"("\/")",   R"("\u0041")", R"("\u00e4")",       R"("\u001F")", R"("\u0009")", R"("\u000a")",
        R"("\x41")", R"("\u00g1")", R"("\ud834\udd1e")", R"("\")",      R"("a)",       R"(a")",
        "\"\t\"",    "\"\n\"",      R"("\u00")",         R"("\u001")",  "''",          "null",
        R"("a" )",   R"("\u+001")"}) {
    EXPECT_FALSE(parsed<Text>(text)) << text;
  }
}

TEST(Strings, AreUtf8) {
  for (const char* text : {"ä", "€", "𝄞", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_EQ(parsed<Text>(in_quotes(text)), text);
  }
  for (const char* text :
       {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(parsed<Text>(in_quotes(text))) << testing::PrintToString(text);
  }
}

TEST(Base64Url, HasNoPaddingAndNoStrayBits) {
  const Bytes bytes{std::byte{0xfb}, std::byte{0xf0}};
  EXPECT_EQ(written(bytes), "\"-_A\"");
  EXPECT_EQ(parsed<Bytes>("\"-_A\""), bytes);
  for (const char* text : {"\"-_A=\"", "\"-_B\"", "\"-_\"", "\"-_AA\"", "\"+/A\"", "\"\"", "\"- A\""}) {
    EXPECT_FALSE(parsed<Bytes>(text)) << text;
  }
}

TEST(Arrays, HaveOneWriting) {
  EXPECT_EQ(written(Numbers{1, 2, 3}), "[1,2,3]");
  EXPECT_EQ(parsed<Numbers>("[1,2,3]"), (Numbers{1, 2, 3}));
  EXPECT_EQ(parsed<Numbers>("[]"), Numbers{});
  for (const char* text :
       {"[1,2,]", "[,1]", "[1 ,2]", "[ ]", "[1", "1]", "[1;2]", "[[1]]", "{}", "[1,,2]", "[1]]"}) {
    EXPECT_FALSE(parsed<Numbers>(text)) << text;
  }
}

TEST(FreeNames, AreSortedByTheirBytesEachOnce) {
  EXPECT_EQ(written(Words{{"de", "x"}, {"en", "y"}}), R"({"de":"x","en":"y"})");
  EXPECT_EQ(parsed<Words>(R"({"de":"x","en":"y"})"), (Words{{"de", "x"}, {"en", "y"}}));
  for (const char* text :
       {R"({"en":"y","de":"x"})", R"({"de":"x","de":"x"})", R"({"de" :"x"})", R"({"de": "x"})", R"({de:"x"})",
        R"({"de":"x",})", R"({"d\u0065":"x"})", "{\"\xff\":\"x\"}", R"({"de"})", R"({"de":null})"}) {
    EXPECT_FALSE(parsed<Words>(text)) << text;
  }
}

TEST(Members, StandInTheirOrderEachOnceAndNoOther) {
  using poll::Outage;
  const Text from = R"("from":"2026-05-03T10:00:00.000000Z")";
  const Text to = R"("to":"2026-05-03T11:00:00.000000Z")";
  const auto object = [](const std::vector<Text>& parts) {
    Text text = "{";
    for (const auto& part : parts) text.append(text.size() > 1 ? "," : "").append(part);
    return text.append("}");
  };
  ASSERT_TRUE(parsed<Outage>(object({from, to})));
  EXPECT_EQ(written(*parsed<Outage>(object({from, to}))), object({from, to}));
  EXPECT_FALSE(parsed<Outage>(object({to, from})));
  EXPECT_FALSE(parsed<Outage>(object({from})));
  EXPECT_FALSE(parsed<Outage>(object({from, from, to})));
  EXPECT_FALSE(parsed<Outage>(object({from, to, R"("why":"x")"})));
  EXPECT_FALSE(parsed<Outage>(object({from, Text(" ").append(to)})));
  EXPECT_FALSE(parsed<Outage>(Text(" ").append(object({from, to}))));
}

TEST(OptionalMembers, AreAbsentWithTheirOrdinaryValue) {
  using ledger::Level;
  EXPECT_TRUE(parsed<Level>(R"({"id":"a","title":{"de":"A"},"registry_identity":true})"));
  EXPECT_TRUE(parsed<Level>(R"({"id":"a","title":{"de":"A"}})"));
  EXPECT_FALSE(parsed<Level>(R"({"id":"a","title":{"de":"A"},"registry_identity":false})"));
  using citizen::Registered;
  EXPECT_TRUE(parsed<Registered>("{}"));
  EXPECT_FALSE(parsed<Registered>(R"({"texts":{}})"));
  EXPECT_FALSE(parsed<Registered>(R"({"texts":null})"));
  using citizen::Cell;
  EXPECT_TRUE(parsed<Cell>(R"({"level":"a","age_band":"b"})"));
  EXPECT_FALSE(parsed<Cell>(R"({"level":"a","age_band":"b","district":"c"})"));
  EXPECT_FALSE(parsed<Cell>(R"({"level":"a","district":""})"));
}

TEST(Names, AreThoseOfTheEnumeration) {
  EXPECT_EQ(written(ballot::Channel::paper), "\"paper\"");
  EXPECT_EQ(parsed<ballot::Channel>("\"paper\""), ballot::Channel::paper);
  for (const char* text : {"\"Paper\"", "\"\"", "1", "\"paper \""})
    EXPECT_FALSE(parsed<ballot::Channel>(text)) << text;
}

TEST(Ids, AreWellFormed) {
  EXPECT_TRUE(parsed<PollId>(in_quotes(Text(64, 'x'))));
  for (const Text& text : {Text(), Text(65, 'x'), Text("a/b"), Text("ä"), Text("a b")}) {
    EXPECT_FALSE(parsed<PollId>(in_quotes(text))) << text;
  }
}

TEST(Choices, AreAListOrPointsSortedByOption) {
  using ballot::Choices;
  const auto option = [](const char* id) { return OptionId::parse(id).value(); };
  EXPECT_EQ(written(Choices{}), "[]");
  EXPECT_EQ(written(Choices{{option("b"), 0}, {option("a"), 0}}), R"(["b","a"])");
  EXPECT_EQ(written(Choices{{option("a"), 3}, {option("b"), 1}}), R"({"a":3,"b":1})");
  for (const char* text : {"[]", R"(["b","a"])", R"({"a":3,"b":1})"})
    EXPECT_EQ(written(*parsed<Choices>(text)), text);
  for (const char* text :
       {"{}", R"({"b":1,"a":3})", R"({"a":1,"a":1})", R"({"a":0})", R"({"a":-1})", R"({"a":1.5})",
        R"({"a":2147483648})", R"({"a b":1})", R"(["a",1])", R"("a")", "null"}) {
    EXPECT_FALSE(parsed<Choices>(text)) << text;
  }
}

TEST(Times, HaveOneWriting) {
  for (const char* text : {"\"2026-05-03T10:00:00.000001Z\"", "\"0000-01-01T00:00:00.000000Z\"",
                           "\"9999-12-31T23:59:59.999999Z\"", "\"2024-02-29T00:00:00.000000Z\"",
                           "\"1969-12-31T23:59:59.999999Z\""}) {
    const auto time = parsed<Time>(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(written(*time), text);
  }
  for (const char* text :
       {"\"2026-05-03T10:00:00Z\"", "\"2026-05-03T10:00:00.000Z\"", "\"2026-05-03T10:00:00.000000+00:00\"",
        "\"2026-05-03 10:00:00.000000Z\"", "\"2026-05-03t10:00:00.000000z\"",
        "\"2026-02-29T10:00:00.000000Z\"", "\"2026-13-01T10:00:00.000000Z\"",
        "\"2026-00-01T10:00:00.000000Z\"", "\"2026-05-03T24:00:00.000000Z\"",
        "\"2026-05-03T10:60:00.000000Z\"", "\"2026-05-03T10:00:60.000000Z\"",
        "\"2026-05-3T10:00:00.0000000Z\"", "\"2026-05-03T10:00:00.00000 Z\"", "1777802400"}) {
    EXPECT_FALSE(parsed<Time>(text)) << text;
  }
}

TEST(Days, HaveOneWriting) {
  for (const char* text : {"\"2026-05-03\"", "\"1900-01-01\"", "\"2199-12-31\"", "\"2024-02-29\""}) {
    const auto day = parsed<Day>(text);
    ASSERT_TRUE(day) << text;
    EXPECT_EQ(written(*day), text);
  }
  for (const char* text :
       {"\"2026-5-3\"", "\"2026-05-3\"", "\"2026/05/03\"", "\"03.05.2026\"", "\"20260503\"",
        "\"2026-05-03T\"", "\"2026-02-29\"", "\"2026-13-01\"", "\"2026-00-01\"", "\"2026-05-00\"",
        "\"1899-12-31\"", "\"2200-01-01\"", "\"\"", "20260503"}) {
    EXPECT_FALSE(parsed<Day>(text)) << text;
  }
}

TEST(Reader, StaysFailed) {
  Reader in("[1,2]");
  EXPECT_FALSE(in.begin_object());
  EXPECT_FALSE(in.begin_array());
  EXPECT_FALSE(in.next_is("a"));
  EXPECT_FALSE(in.at('['));
  EXPECT_FALSE(in.done());
}

TEST(VaultTexts, CanBeNamedWithoutTheirCommitments) {
  std::string text;
  Writer out(text, Writer::VaultTexts::named);
  write(out, citizen::Changed{{{"email", Commitment{}}, {"name", Commitment{}}}});
  EXPECT_EQ(text, R"({"texts":["email","name"]})");
}

}  // namespace
}  // namespace stimmbuch::codec
