#include "stimmbuch/eventstore/runner/known_citizens.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "stimmbuch/domain/base64url.hpp"
#include "support/given_when_then.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

CitizenId made(std::uint64_t number) {
  std::array<std::byte, 16> bits{};
  for (std::size_t i = 0; i < 8; ++i) bits[i] = static_cast<std::byte>(number >> (8 * i));
  return *CitizenId::parse(to_base64url(bits));
}

citizen::State verified(const std::string& level) {
  return {.registered = true, .blocked = false, .cell = citizen::Cell{id<LevelId>(level.c_str()), {}, {}}};
}

std::optional<std::string> level_of(const runner::KnownCitizens& known, const CitizenId& citizen) {
  const State* const state = known.find(citizen);
  if (!state) return std::nullopt;
  return std::string(std::get<citizen::State>(*state).cell->level.text());
}

TEST(KnownCitizens, AreThoseWhoWerePut) {
  runner::KnownCitizens known(10);
  EXPECT_EQ(known.find(made(1)), nullptr);
  known.put(made(1), verified("low"));
  EXPECT_EQ(level_of(known, made(1)), "low");
  EXPECT_EQ(known.find(made(2)), nullptr);
}

TEST(KnownCitizens, KeepEveryMemberOfAState) {
  runner::KnownCitizens known(10);
  const citizen::State blocked{
      .registered = true, .blocked = true, .cell = citizen::Cell{id<LevelId>("a"), id<DistrictId>("b"), {}}};
  const citizen::State other{
      .registered = true, .blocked = true, .cell = citizen::Cell{id<LevelId>("a"), {}, id<AgeBandId>("b")}};
  known.put(made(1), blocked);
  known.put(made(2), other);
  known.put(made(3), {});
  EXPECT_EQ(std::get<citizen::State>(*known.find(made(1))).cell, blocked.cell);
  EXPECT_TRUE(std::get<citizen::State>(*known.find(made(1))).blocked);
  EXPECT_EQ(std::get<citizen::State>(*known.find(made(2))).cell, other.cell);
  EXPECT_FALSE(std::get<citizen::State>(*known.find(made(3))).registered);
}

TEST(KnownCitizens, TakeAnEarlierStateOnlyOfStrangers) {
  runner::KnownCitizens known(10);
  known.put(made(1), verified("high"));
  EXPECT_TRUE(known.put_unless_known(made(1), verified("low")));
  EXPECT_TRUE(known.put_unless_known(made(2), verified("low")));
  EXPECT_EQ(level_of(known, made(1)), "high");
  EXPECT_EQ(level_of(known, made(2)), "low");
  known.put(made(2), verified("high"));
  EXPECT_EQ(level_of(known, made(2)), "high");
}

TEST(KnownCitizens, AreOnlySoMany) {
  runner::KnownCitizens known(2);
  EXPECT_TRUE(known.put_unless_known(made(1), verified("low")));
  EXPECT_FALSE(known.put_unless_known(made(2), verified("low")));
  known.put(made(3), verified("low"));
  EXPECT_EQ(known.find(made(3)), nullptr);
  known.put(made(2), verified("high"));
  EXPECT_EQ(level_of(known, made(2)), "high");
  EXPECT_EQ(known.size(), 2U);
}

TEST(KnownCitizens, HaveIdsOfTheEnginesMaking) {
  runner::KnownCitizens known(10);
  known.put(id<CitizenId>("ada"), verified("low"));
  EXPECT_EQ(known.find(id<CitizenId>("ada")), nullptr);
  EXPECT_EQ(known.size(), 0U);
}

TEST(KnownCitizens, WhoseStateHasNoRoomAreUnknownAndNotWrong) {
  runner::KnownCitizens known(100'000);
  known.put(made(0), verified("first"));
  for (std::uint64_t i = 0; i < 65'533; ++i) known.put(made(i + 1), verified("l" + std::to_string(i)));
  known.put(made(0), verified("one-too-many"));
  EXPECT_EQ(known.find(made(0)), nullptr);
  EXPECT_TRUE(known.put_unless_known(made(0), verified("first")));
  EXPECT_EQ(known.find(made(0)), nullptr);
  EXPECT_EQ(level_of(known, made(7)), "l6");
}

TEST(KnownCitizens, AreAsAMapHasThem) {
  runner::KnownCitizens known(1'000'000);
  std::map<CitizenId, std::string> expected;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto citizen = made((i * 0x9E3779B97F4A7C15U) >> (i % 3 == 0 ? 52 : 0));
    const auto level = "l" + std::to_string(i % 17);
    known.put(citizen, verified(level));
    expected[citizen] = level;
  }
  EXPECT_EQ(known.size(), expected.size());
  for (const auto& [citizen, level] : expected) EXPECT_EQ(level_of(known, citizen), level);
}

}  // namespace
}  // namespace stimmbuch::test
