#include <gtest/gtest.h>

#include "import/total.hpp"

namespace stimmbuch::program {
namespace {

Json summary(std::uint64_t accepted, Json match, Json refused = Json::object()) {
  return {{"accepted", accepted}, {"match", std::move(match)}, {"refused", std::move(refused)}};
}

TEST(Total, AddsUp) {
  const Json total = total_of(
      Json::array({summary(2, true, {{"invalid", 1}}), summary(3, true, {{"invalid", 2}, {"other", 1}})}),
      {"accepted"}, {"match"});
  EXPECT_EQ(total["imports"], 2);
  EXPECT_EQ(total["accepted"], 5);
  EXPECT_EQ(total["match"], true);
  EXPECT_EQ(total["refused"], Json::parse(R"({"invalid":3,"other":1})"));
}

TEST(Total, MatchesWhereAllThatWereComparedMatch) {
  const auto match = [](Json one, Json other) {
    return total_of(Json::array({summary(0, std::move(one)), summary(0, std::move(other))}), {},
                    {"match"})["match"];
  };
  EXPECT_EQ(match(true, false), false);
  EXPECT_EQ(match(false, true), false);
  EXPECT_EQ(match(true, nullptr), true);
  EXPECT_TRUE(match(nullptr, nullptr).is_null());
}

}  // namespace
}  // namespace stimmbuch::program
