#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/projections/folds/figures.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/folds/projects.hpp"
#include "stimmbuch/projections/folds/tally.hpp"
#include "support/memory_views.hpp"
#include "support/random_log.hpp"
#include "support/seed.hpp"

namespace stimmbuch::test {
namespace {

using nlohmann::json;
using projections::tally_projection;

constexpr int votes = 300;

void expect_shows(const std::string& document, const poll::Tally& tally, Position counted_to) {
  const json shown = json::parse(document);
  EXPECT_EQ(shown["counted_to"], std::to_string(number(counted_to)));
  EXPECT_EQ(shown["ballots"], tally.figures.standing());
  const json figures = {{"cast", tally.figures.cast},           {"replaced", tally.figures.replaced},
                        {"withdrawn", tally.figures.withdrawn}, {"blank", tally.figures.blank},
                        {"online", tally.figures.online},       {"paper", tally.figures.paper}};
  EXPECT_EQ(shown["figures"], figures);
  ASSERT_EQ(shown["options"].size(), tally.options.size());
  for (std::size_t i = 0; i < tally.options.size(); ++i) {
    EXPECT_EQ(shown["options"][i]["votes"], tally.options[i].votes);
    EXPECT_EQ(shown["options"][i]["score"], tally.options[i].score);
  }
}

TEST(TallyFold, EqualsARecountAtEveryPositionThatItShows) {
  for (const auto seed : seeds(10)) {
    SCOPED_TRACE(testing::Message() << "STIMMBUCH_SEED=" << seed);
    RandomLog random(seed);
    Folding tally(tally_projection());
    tally.catch_up(random.log);

    // What each poll shows by the rule: the recount at each `live_step`th ballot record; imported polls at
    // each.
    struct Shown {
      poll::Tally tally;
      Position counted_to{};
      int unpublished = 0;
    };
    std::vector<Shown> shown;
    for (const auto& poll : random.polls) shown.push_back({RandomLog::recount(poll)});

    for (int i = 0; i < votes; ++i) {
      const std::size_t voted = random.vote();
      Shown& expected = shown[voted];
      const auto& terms = random.polls[voted].terms;
      if (++expected.unpublished >= terms.live_step || terms.imported) {
        expected = {RandomLog::recount(random.polls[voted]), random.log.last(), 0};
      }
      tally.catch_up(random.log);
      for (std::size_t poll = 0; poll < shown.size(); ++poll) {
        expect_shows(tally.views.document(RandomLog::name(poll)), shown[poll].tally, shown[poll].counted_to);
      }
      ASSERT_FALSE(testing::Test::HasFailure());
    }

    // Closing shows everything.
    for (std::size_t poll = 0; poll < shown.size(); ++poll) {
      const auto closed = random.log.add(id<PollId>(RandomLog::name(poll)), poll::Closed{});
      tally.catch_up(random.log);
      expect_shows(tally.views.document(RandomLog::name(poll)), RandomLog::recount(random.polls[poll]),
                   closed);
    }
  }
}

TEST(Folds, YieldTheSameRowsHoweverTheLogIsCutIntoBatches) {
  const std::vector<projections::Projection> all(projections::all_projections().begin(),
                                                 projections::all_projections().end());
  for (const auto seed : seeds(5)) {
    SCOPED_TRACE(testing::Message() << "STIMMBUCH_SEED=" << seed);
    RandomLog random(seed);
    for (int i = 0; i < votes; ++i) random.vote();
    random.log.add(id<PollId>(RandomLog::name(0)), poll::Closed{});
    for (const auto& projection : all) {
      SCOPED_TRACE(projection.name);
      const auto whole = Folding(projection).catch_up(random.log).views.rows();
      for (const std::size_t batch : {1, 7, 100}) {
        EXPECT_EQ(Folding(projection).catch_up(random.log, batch).views.rows(), whole);
      }
    }
  }
}

TEST(Folds, GoOnFromTheirRowsAlone) {
  for (const auto seed : seeds(5)) {
    SCOPED_TRACE(testing::Message() << "STIMMBUCH_SEED=" << seed);
    RandomLog random(seed);
    std::vector<Folding> forgetful;
    for (const auto& projection : projections::all_projections()) forgetful.emplace_back(projection);
    for (int i = 0; i < votes; ++i) {
      random.vote();
      for (Folding& folding : forgetful) folding.catch_up(random.log).forget();
    }
    for (std::size_t i = 0; i < forgetful.size(); ++i) {
      const auto& projection = projections::all_projections()[i];
      EXPECT_EQ(Folding(projection).catch_up(random.log).views.rows(), forgetful[i].views.rows())
          << projection.name;
    }
  }
}

}  // namespace
}  // namespace stimmbuch::test
