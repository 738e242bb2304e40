#include "import/polis_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {
namespace {

using import::PolisConversation;
using import::Stance;
using testing::SizeIs;

PolisConversation conversation() {
  PolisConversation all;
  all.topic = "Bike lanes?";
  all.comments = {{.id = 7, .time_ms = 1'000, .body = "Yes, \"everywhere\""},
                  {.id = 8, .time_ms = 2'000, .body = ""}};
  all.votes = {{.time_ms = 3'000, .comment = 7, .voter = 1, .stance = Stance::agree},
               {.time_ms = 4'500, .comment = 7, .voter = 1, .stance = Stance::pass}};
  all.participants = {{.id = 1, .standing = {{7, Stance::pass}}},
                      {.id = 2, .standing = {{7, Stance::agree}, {8, Stance::disagree}}}};
  return all;
}

TEST(PolisPlan, MakesEachCommentAPollOfOneProject) {
  const auto plan = plan_polis(conversation(), "15-per-hour");
  ASSERT_THAT(plan.setup, SizeIs(5));
  EXPECT_THAT(plan.close, SizeIs(2));
  EXPECT_THAT(plan.count, SizeIs(2));
  const Json project = Json::parse(plan.setup[0]);
  EXPECT_EQ(project["type"], "OpenProject");
  EXPECT_EQ(project["title"]["en"], "Bike lanes?");
  const Json draft = Json::parse(plan.setup[1]);
  EXPECT_EQ(draft["project"], plan.project);
  EXPECT_EQ(draft["poll"], plan.project + "-c7");
  EXPECT_EQ(draft["kind"], "single");
  EXPECT_EQ(draft["imported"], true);
  EXPECT_EQ(draft["changeable"], true);
  EXPECT_EQ(draft["description"], "Yes, \"everywhere\"");
  EXPECT_EQ(draft["title"]["en"], "Comment 7");
  EXPECT_THAT(draft["options"], SizeIs(3));
  EXPECT_FALSE(Json::parse(plan.setup[3]).contains("description"));  // an empty comment has no text
}

TEST(PolisPlan, GivesIdsThatFitWhateverTheFolderIsCalled) {
  const auto plan = plan_polis(conversation(), std::string(200, '.'));
  EXPECT_TRUE(is_id(plan.project));
  EXPECT_TRUE(is_id(poll_of(plan, 4'294'967'295U)));
}

TEST(PolisPlan, KeepsTheTimesOfVotes) {
  const auto all = conversation();
  const auto plan = plan_polis(all, "x");
  const Json first = Json::parse(vote_command(plan, all.votes[0], 1));
  EXPECT_EQ(first["cast_at"], "1970-01-01T00:00:03.000000Z");
  EXPECT_EQ(first["choices"], Json::parse(R"(["agree"])"));
  EXPECT_EQ(first["voter"], "1");
  const Json second = Json::parse(vote_command(plan, all.votes[1], 2));
  EXPECT_EQ(second["cast_at"], "1970-01-01T00:00:04.500000Z");
  EXPECT_NE(first["key"], second["key"]);
}

TEST(PolisPlan, ChangesItsKeysWithTheContent) {
  auto all = conversation();
  const auto before = plan_polis(all, "x");
  all.votes[1].stance = Stance::disagree;
  EXPECT_NE(plan_polis(all, "x").content_hash, before.content_hash);
  EXPECT_EQ(plan_polis(conversation(), "x").setup, before.setup);
}

TEST(Stances, AreTheStandingVotesOfTheParticipants) {
  const auto published = published_stances(conversation());
  EXPECT_EQ(published.at(7), (Stances{.agree = 1, .disagree = 0, .pass = 1}));
  EXPECT_EQ(published.at(8), (Stances{.agree = 0, .disagree = 1, .pass = 0}));
}

TEST(Stances, AreReadFromATally) {
  const Json tally = Json::parse(
      R"({"options":[{"id":"agree","votes":3},{"id":"disagree","votes":2},{"id":"pass","votes":1}]})");
  EXPECT_EQ(counted_stances(tally), (Stances{3, 2, 1}));
  EXPECT_EQ(counted_stances(Json::object()), (Stances{-1, -1, -1}));
}

}  // namespace
}  // namespace stimmbuch::program
