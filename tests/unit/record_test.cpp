#include "stimmbuch/eventstore/codec/record.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace stimmbuch::test {
namespace {

const std::string record =
    R"({"specversion":"1.0","id":"AAAAAAAAAAAAAAAAAAAAAA","source":"/ledger/town","type":"ballot.vote-cast.v1",)"
    R"("subject":"ballot/trees/v0","time":"2026-05-03T12:00:00.000000Z","sequence":"00000000000000000042","revision":0,)"
    R"("command":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","actor":"voter/v0","data":{"choices":["a"]}})";

std::string with(std::string_view part, std::string_view other) {
  std::string changed = record;
  changed.replace(changed.find(part), part.size(), other);
  return changed;
}

TEST(Record, IsWrittenAsTheFormatSays) {
  const codec::NewEnvelope envelope{.id = {},
                                    .ledger = the_ledger,
                                    .subject = "ballot/trees/v0",
                                    .time = noon,
                                    .position = Position{42},
                                    .revision = Revision{0},
                                    .command = {},
                                    .actor = the_voter};
  std::string written;
  codec::append_record(written, envelope, Event{ballot::Event{vote_cast("a")}});
  EXPECT_EQ(written, record);
  EXPECT_TRUE(codec::read_strictly(record).value() == Event{ballot::Event{vote_cast("a")}});
}

TEST(Record, IsReadStrictly) {
  struct Change {
    std::string_view part;
    std::string_view other;
  };
  const Change changes[]{
      {R"("1.0")", R"("1.1")"},
      {R"({"specversion)", R"( {"specversion)"},
      {R"(,"id")", R"(, "id")"},
      {"AAAAAAAAAAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAAAAAAAAAB\""},
      {"AAAAAAAAAAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAAAAAAAAA+\""},
      {"AAAAAAAAAAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAAAAAAAAAA==\""},
      {"AAAAAAAAAAAAAAAAAAAAAA\"", "AAAAAAAAAAAAAAAAAAAAA\""},
      {"/ledger/town", "/ledger/to wn"},
      {"/ledger/town", "/ledger/"},
      {"/ledger/town", "town"},
      {".v1", ".v2"},
      {".v1", ".v0"},
      {".v1", ".v01"},
      {".v1", ""},
      {"ballot.vote-cast", "ballot.vote-lost"},
      {"ballot.vote-cast.v1", "poll.closed.v1"},
      {"ballot/trees/v0", "poll/trees"},
      {"ballot/trees/v0", "ballot/trees"},
      {"ballot/trees/v0", "ballot/trees/v0/x"},
      {"ballot/trees/v0", "ballot/trees/v\\u0030"},
      {"12:00:00.000000Z", "12:00:00Z"},
      {"00000000000000000042", "42"},
      {"00000000000000000042", "00000000000000000000"},
      {"00000000000000000042", "-0000000000000000042"},
      {"00000000000000000042", "99999999999999999999"},
      {R"("revision":0)", R"("revision":-0)"},
      {R"("revision":0)", R"("revision":4294967296)"},
      {R"("revision":0)", R"("revision":"0")"},
      {R"("command":"AAAA)", R"("command":"AAA)"},
      {R"("command":"AAAA)", R"("command":"AAA.)"},
      {"voter/v0", "voter/"},
      {"voter/v0", "robot/v0"},
      {"voter/v0", "engine/v0"},
      {R"(,"data")", R"(,"more":false,"data")"},
      {R"(,"data")", R"(,"trace":"x","data")"},
      {R"("revision":0,)", ""},
      {R"(,"data":{"choices":["a"]})", ""},
      {R"({"choices":["a"]})", R"([])"},
      {R"({"choices":["a"]})", R"({})"},
      {R"(["a"])", R"(["a"],"channel":"online")"},
      {R"(["a"])", R"(["a"],"cast_at":null)"},
      {R"("choices")", R"("choice")"},
      {R"(["a"]}})", R"(["a"]},"x":{}})"},
      {R"(["a"]}})", R"(["a"]})"},
      {R"(["a"]}})", R"(["a"]}}})"},
  };
  for (const auto& change : changes) {
    EXPECT_FALSE(codec::read_strictly(with(change.part, change.other)))
        << change.part << " -> " << change.other;
  }
  EXPECT_FALSE(codec::read_strictly(""));
  EXPECT_TRUE(codec::read_strictly(with(R"(,"data")", R"(,"more":true,"data")")));
}

TEST(Record, IsNoLongerThanItsBound) {
  auto choices = std::string("[\"x0000\"");
  for (int i = 1; choices.size() < codec::record_bytes_max; ++i) {
    choices.append(",\"x").append(std::to_string(10000 + i)).append("\"");
  }
  const auto too_long = with(R"(["a"])", choices + "]");
  ASSERT_GT(too_long.size(), codec::record_bytes_max);
  const auto read = codec::read_strictly(too_long);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().what, "longer than a record");
}

TEST(Record, SaysItsSubjectWithoutBeingRead) {
  EXPECT_EQ(codec::subject_of(record), "ballot/trees/v0");
  EXPECT_EQ(codec::subject_of("{}"), "");
}

}  // namespace
}  // namespace stimmbuch::test
