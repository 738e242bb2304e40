#include "stimmbuch/domain/tally.hpp"

#include <map>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/random.hpp"
#include "support/random_events.hpp"

namespace stimmbuch::test {
namespace {

using poll::BallotKind;
using poll::RuleKind;

const std::array<const char*, 6> names{"a", "b", "c", "d", "e", "z"};  // the poll has all but the last

poll::Terms terms_of(BallotKind kind) {
  return terms([&](poll::Terms& t) {
    t.form = {kind, 1, kind == BallotKind::single ? 1 : 3};
    t.form.blank_allowed = true;
    if (kind == BallotKind::points) t.form.points_total = 10;
    if (kind == BallotKind::ranked) t.rule.rank_points = {5, 3, 3};
    if (kind == BallotKind::points || kind == BallotKind::ranked) t.rule.kind = RuleKind::points;
    if (kind == BallotKind::budget) t.rule = spends(RuleKind::greedy_skip, 100);
  });
}

ballot::Choices random_choices(Random& random, BallotKind kind) {
  ballot::Choices choices;
  for (auto left = random.between(0, 4); left > 0; --left) {
    const std::int32_t given = kind == BallotKind::points ? random.between<std::int32_t>(0, 7) : 0;
    choices.push_back(points(random.pick(names), given));
  }
  return choices;
}

// What the votes that stand add up to, counted one by one.
poll::Tally recount(const poll::Terms& terms, const std::map<VoterId, ballot::Choices>& standing) {
  poll::Tally tally{{}, std::vector<poll::OptionTally>(5)};
  for (const auto& [voter, choices] : standing) {
    for (std::size_t rank = 0; rank < choices.size(); ++rank) {
      auto& option = tally.options[static_cast<std::size_t>(choices[rank].option.text()[0] - 'a')];
      ++option.votes;
      if (terms.form.kind == BallotKind::points) {
        option.score += choices[rank].points;
      } else if (terms.form.kind == BallotKind::ranked) {
        option.score += terms.rule.rank_points[rank];
      } else {
        ++option.score;
      }
    }
    if (choices.empty()) ++tally.figures.blank;
    ++tally.figures.online;
  }
  return tally;
}

TEST(Tally, EqualsANaiveRecountAfterEveryBallot) {
  for (const auto kind : {BallotKind::single, BallotKind::multiple, BallotKind::approval, BallotKind::points,
                          BallotKind::ranked, BallotKind::budget}) {
    SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)));
    for_seeds(10, [&](Random& random) {
      const auto with = terms_of(kind);
      const std::vector<poll::Option> on{priced("a", 60), priced("b", 50), priced("c", 40), priced("d", 20),
                                         priced("e", 10)};
      auto world = given(the_poll, poll::Drafted{with}, poll::Opened{with}, poll::OptionsFixed{on})
                       .given(the_citizen, citizen::Registered{})
                       .citizen(the_citizen);
      const poll::BallotCounter counter(with.form, with.rule, on);
      auto tally = counter.empty();
      std::map<VoterId, ballot::Choices> standing;
      std::int64_t cast = 0, replaced = 0, withdrawn = 0, refused = 0;

      for (int i = 0; i < 150; ++i) {
        const auto voter = id<VoterId>(std::string("v").append(std::to_string(random.index(6))));
        const BallotId ballot{the_poll, voter};
        const bool withdraws = random.chance(20);
        const auto choices = random_choices(random, kind);
        const auto decided = withdraws ? world.decided(ballot, ballot::WithdrawVote{})
                                       : world.decided(ballot, ballot::CastVote{choices});
        if (!decided) {
          ++refused;
          continue;
        }
        ASSERT_EQ(decided->size(), 1U);
        world.take(ballot, decided->front());
        counter.apply(tally, std::get<ballot::Event>(decided->front()));
        if (withdraws) {
          ++withdrawn;
          standing.erase(voter);
        } else {
          ++(standing.contains(voter) ? replaced : cast);
          standing[voter] = choices;
        }
        auto expected = recount(with, standing);
        expected.figures.cast = cast;
        expected.figures.replaced = replaced;
        expected.figures.withdrawn = withdrawn;
        ASSERT_EQ(tally, expected);
        ASSERT_EQ(tally.figures.standing(), std::ssize(standing));
      }
      EXPECT_GT(refused, 0);
      EXPECT_GT(replaced, 0);
    });
  }
}

// Whatever a log says, in whatever order, folding it comes to an end; what is found there is for an audit to
// tell.
TEST(Evolve, TakesAnyEventsInAnyOrder) {
  for_seeds(20, [](Random& random) {
    std::map<std::size_t, State> states;  // by aggregate
    std::vector<Event> events;
    for_each_event_type([&](const Event& event) { events.push_back(event); });
    for (int i = 0; i < 500; ++i) {
      Event event = random.pick(events);
      fill(random, event);
      auto& state = states[event.index()];
      if (i == 0 || state.index() != event.index()) state = initial_state(random_stream(random, event));
      Recorded recorded{};
      fill(random, recorded.position);
      fill(random, recorded.revision);
      state = evolve(std::move(state), event, recorded);
    }
  });
}

}  // namespace
}  // namespace stimmbuch::test
