// Nodes that start from a copy of a directory that is older than the topic.
#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

class Backup : public Promotion {};

TEST_F(Backup, OfAFollowerGoesOnWhereItWasTaken) {
  Node& one = leader();
  Node& two = follower();
  import_into(one, 1'000);
  expect_all_equal();
  EXPECT_EQ(two.stop(), 0);
  copy_of(two, "restored");
  import_into(one, 2'000);
  add("restored", {"follow", "--leader", one.url()});
  two.start();  // and so does the follower itself
  expect_all_equal();
}

TEST_F(Backup, OfALeaderFollowsAndCanBePromoted) {
  Node& one = leader();
  Crowd crowd(one, 2);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  EXPECT_EQ(one.stop(), 0);
  copy_of(one, "restored");
  one.start();
  EXPECT_EQ(crowd.join(one, "after-the-backup").status, 201);
  EXPECT_EQ(crowd.vote(one, 2, "steel").status, 201);
  Node& restored = add("restored", following());
  expect_all_equal();
  one.kill();
  promote(restored);
  EXPECT_EQ(crowd.me(restored, 1)["texts"]["name"], "citizen-1");
  EXPECT_EQ(crowd.me(restored, 2)["texts"]["name"], "after-the-backup");
  EXPECT_EQ(crowd.vote(restored, 2, "oak").status, 200);
  crowd.expect_all_in(restored.log());
  expect_all_equal();
}

}  // namespace
}  // namespace stimmbuch::test
