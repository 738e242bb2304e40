// The publisher is started twice: a leader's directory was copied, and both copies are served with one key.
#include <atomic>
#include <thread>

#include "promotion.hpp"

namespace stimmbuch::test {
namespace {

class TwoLeaders : public Promotion, public testing::WithParamInterface<std::string> {
 protected:
  // Each takes votes of its own half of the citizens, at the same time, until one of them has ended; true if
  // that was the first one.
  bool vote_until_one_has_ended(Node& one, Crowd& at_one, Node& two, Crowd& at_two) {
    std::atomic<int> ended = 0;
    const auto vote = [&](const Node& node, Crowd& crowd, int first, int number) {
      for (int i = 0; ended == 0; ++i) {
        try {
          crowd.vote(node, first + i / 2 % half, i % 2 == 0 ? "oak" : "steel");
        } catch (const std::exception&) {  // its connection broke
        }
        if (!answers(node)) ended = number;
      }
    };
    {
      const std::jthread elsewhere([&] { vote(two, at_two, half, 2); });
      vote(one, at_one, 0, 1);
    }
    return ended == 1;
  }

  static bool answers(const Node& node) {
    try {
      return node.ask_operator("/livez").status != 0;
    } catch (const std::exception&) {
      return false;
    }
  }

  static constexpr int half = 20;
};

// One of them goes on and the other ends with exit 15. With `replicated` whatever either acknowledged is in
// the topic. With `local` the one that ends may have acknowledged what is lost, until it heard of the other:
// `rejoin` finds each of those commands.
TEST_P(TwoLeaders, PublishEachPositionOnceAndOnlyOneOfThemGoesOn) {
  const std::string& durability = GetParam();
  Node& one = leader(durability);
  Crowd at_one(one, 2 * half);
  EXPECT_EQ(one.stop(), 0);
  const auto copy = copy_of(one, "copy");
  one.start();
  Node& two = add("copy", {"serve", "--durability", durability});
  Crowd at_two = at_one;
  const bool first_ended = vote_until_one_has_ended(one, at_one, two, at_two);
  Node& former = first_ended ? one : two;
  Node& survivor = first_ended ? two : one;
  EXPECT_EQ(former.end(), exit_former_leader) << former.said();
  lead_from(survivor);
  EXPECT_TRUE(eventually([&] { return survivor.ask_operator("/readyz").status == 200; }));
  expect_all_equal();

  const auto log = survivor.log();
  (first_ended ? at_two : at_one).expect_all_in(log);
  const Crowd& at_former = first_ended ? at_one : at_two;
  const Ran rejoined = rejoin(former);
  EXPECT_EQ(rejoined.code, 0) << rejoined.out << rejoined.err;
  if (durability == "replicated") {
    at_former.expect_all_in(log);
  } else {
    EXPECT_GE(rejoined.last()["commands"],
              at_former.acknowledged_behind(std::stoull(rejoined.last()["fork"].get<std::string>())));
  }
  former.start_as(following());
  expect_all_equal();
}

INSTANTIATE_TEST_SUITE_P(With, TwoLeaders, testing::Values("local", "replicated"),
                         [](const auto& durability) { return durability.param; });

}  // namespace
}  // namespace stimmbuch::test
