// A leader comes back after another node was promoted: however its head stands to the new one's, it disturbs
// nothing, and there is a way back.
#include <ostream>

#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

// How many votes each of both took that the other knows nothing of. The new one also wrote that it leads.
struct Heads {
  const char* name;
  int of_former;
  int of_new;

  friend void PrintTo(const Heads& heads, std::ostream* out) { *out << heads.name; }
};

class FormerLeader : public Promotion, public testing::WithParamInterface<Heads> {};

TEST_P(FormerLeader, PublishesNothingAndFindsAWayBack) {
  const auto [name, of_former, of_new] = GetParam();
  Node& one = leader();
  Node& two = candidate();
  Crowd crowd(one, 8);
  EXPECT_EQ(crowd.vote(one, 0, "oak").status, 201);
  expect_all_equal();
  const auto common = one.head();
  // What is acknowledged while the broker is away lies on this disk alone.
  Broker::freeze();
  Crowd lost = crowd;
  for (int i = 1; i <= of_former; ++i) EXPECT_EQ(lost.vote(one, i, "oak").status, 201);
  EXPECT_EQ(one.head(), common + static_cast<unsigned>(of_former));
  one.kill();
  Broker::thaw();
  promote(two);
  for (int i = 1; i <= of_new; ++i) EXPECT_EQ(crowd.vote(two, i, "steel").status, 201);
  EXPECT_EQ(two.head(), common + 1 + static_cast<unsigned>(of_new));

  // Whoever starts it again sees it refuse, however often and in whatever role, and the new leader goes on.
  for (const char* const role : {"serve", "serve", "follow"}) {
    const Ran refused = Node(one.data(), {role}).run_to_end();
    EXPECT_EQ(refused.code, exit_former_leader) << refused.err;
  }
  EXPECT_EQ(crowd.vote(two, 7, "steel").status, 201);
  expect_all_equal();

  const Ran rejoined = rejoin(one);
  EXPECT_EQ(rejoined.code, 0) << rejoined.out << rejoined.err;
  EXPECT_EQ(rejoined.last()["fork"], std::to_string(common)) << rejoined.out;
  EXPECT_EQ(rejoined.last()["cut"], of_former) << rejoined.out;
  EXPECT_EQ(rejoined.last()["commands"], of_former);
  EXPECT_EQ(rejoined.lines().size(), 1U + static_cast<unsigned>(of_former));  // each command, and the summary
  EXPECT_EQ(std::filesystem::exists(rejoined.last().value("file", "")), of_former > 0);
  one.start_as(following());
  crowd.expect_all_in(two.log());
  expect_all_equal();
}

INSTANTIATE_TEST_SUITE_P(With, FormerLeader,
                         testing::Values(Heads{"AHeadBelow", 2, 4}, Heads{"TheSameHead", 3, 2},
                                         Heads{"AHeadBeyond", 5, 1}),
                         [](const auto& heads) { return heads.param.name; });

}  // namespace
}  // namespace stimmbuch::test
