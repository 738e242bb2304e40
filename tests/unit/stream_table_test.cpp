#include "stream_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stimmbuch::eventstore {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SubjectHash a{7};
constexpr SubjectHash b{3};
constexpr SubjectHash c{UINT64_MAX};

std::vector<Position> found(const StreamTable& table, SubjectHash subject) {
  std::vector<Position> positions;
  table.find(subject, positions);
  return positions;
}

StreamTable table_of(Position base, std::initializer_list<SubjectHash> subjects) {
  StreamTable table(base, 4);
  for (const auto subject : subjects) table.add(subject);
  return table;
}

TEST(StreamTable, FindsThePositionsOfAStreamInOrder) {
  const auto table = table_of(Position{100}, {a, b, a, c, a});
  EXPECT_THAT(found(table, a), ElementsAre(Position{101}, Position{103}, Position{105}));
  EXPECT_THAT(found(table, b), ElementsAre(Position{102}));
  EXPECT_THAT(found(table, SubjectHash{8}), IsEmpty());
}

TEST(StreamTable, AppendsToWhatWasFoundElsewhere) {
  const auto table = table_of(Position{10}, {a, a});
  std::vector<Position> positions{Position{9}, Position{4}};
  table.find(a, positions);
  EXPECT_THAT(positions, ElementsAre(Position{9}, Position{4}, Position{11}, Position{12}));
}

TEST(StreamTable, CoversTheRecordsBehindItsBase) {
  const auto table = table_of(Position{10}, {a, b});
  EXPECT_EQ(table.base(), Position{10});
  EXPECT_EQ(table.last(), Position{12});
  EXPECT_EQ(table.size(), 2U);
}

TEST(StreamTable, ListsItsStreamsByAscendingHash) {
  std::vector<std::pair<SubjectHash, std::vector<Position>>> streams;
  table_of(before_first, {a, c, b, a})
      .for_each_stream([&](SubjectHash subject, const std::vector<Position>& positions) {
        streams.emplace_back(subject, positions);
      });
  ASSERT_EQ(streams.size(), 3U);
  EXPECT_EQ(streams[0], std::pair(b, std::vector{Position{3}}));
  EXPECT_EQ(streams[1], std::pair(a, std::vector{Position{1}, Position{4}}));
  EXPECT_EQ(streams[2], std::pair(c, std::vector{Position{2}}));
}

}  // namespace
}  // namespace stimmbuch::eventstore
