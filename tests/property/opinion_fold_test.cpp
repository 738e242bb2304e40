// What the projection shows of supports and ratings, against a naive recount at every position.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/projections/folds/contributions.hpp"
#include "support/memory_views.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using Name = std::string;
using nlohmann::json;

// A phase of a log in which people support proposals and officials merge them, and who supports what.
class RandomSupports {
 public:
  explicit RandomSupports(Random& random) : random_(random), least_(random.between<std::size_t>(1, 3)) {
    log.create_ledger();
    log.open_project("park");
    for (const Name& proposal : proposals) {
      contribution::Submitted submitted;
      submitted.project = id<ProjectId>("park");
      submitted.phase = id<PhaseId>("ideas");
      submitted.texts = {{"text", {}}, {"title", {}}};
      log.by(id<CitizenId>("cora")).add(id<ContributionId>(proposal), submitted);
    }
  }

  void step() {
    if (random_.chance(3)) return merge();
    const Name voter = std::to_string(random_.index(12));
    std::vector<Name>& standing = standing_[voter];
    const Name proposal = random_.pick(proposals);
    const auto known = std::ranges::find(standing, proposal);
    const SupportsId stream{id<ProjectId>("park"), id<PhaseId>("ideas"), id<VoterId>(voter)};
    if (known == standing.end()) {
      std::vector<ContributionId> begin;
      if (standing.size() + 1 == least_) begin = ids(standing);
      if (standing.size() + 1 >= least_) begin.push_back(id<ContributionId>(proposal));
      log.add(stream, support::Given{id<ContributionId>(proposal), 1, begin});
      standing.push_back(proposal);
    } else {
      std::vector<ContributionId> cease;
      if (standing.size() == least_) cease = ids(standing);
      if (standing.size() > least_) cease.push_back(id<ContributionId>(proposal));
      log.add(stream, support::Withdrawn{id<ContributionId>(proposal), cease});
      standing.erase(known);
    }
  }

  std::int64_t supports(const Name& proposal) const {
    return std::ranges::count_if(standing_, [&](const auto& voter) {
      return counts(voter.second) && std::ranges::find(voter.second, proposal) != voter.second.end();
    });
  }
  // People who support the proposal or anything that ended in it.
  std::int64_t supporters(const Name& proposal) const {
    return std::ranges::count_if(standing_, [&](const auto& voter) {
      return counts(voter.second) && std::ranges::any_of(voter.second, [&](const Name& supported) {
               return root(supported) == proposal;
             });
    });
  }
  bool is_merged(const Name& proposal) const { return into_.contains(proposal); }
  bool has_others(const Name& proposal) const {
    return std::ranges::any_of(into_, [&](const auto& merge) { return merge.second == proposal; });
  }

  LogBuilder log;
  const std::vector<Name> proposals{"a", "b", "c", "d", "e"};

 private:
  static std::vector<ContributionId> ids(const std::vector<Name>& names) {
    std::vector<ContributionId> all;
    for (const Name& name : names) all.push_back(id<ContributionId>(name));
    return all;
  }
  bool counts(const std::vector<Name>& standing) const { return standing.size() >= least_; }
  Name root(Name proposal) const {
    while (into_.contains(proposal)) proposal = into_.at(proposal);
    return proposal;
  }
  void merge() {
    const Name merged = random_.pick(proposals);
    const Name into = random_.pick(proposals);
    if (merged == into || is_merged(merged) || is_merged(into)) return;
    log.by("anna").add(id<ContributionId>(merged), contribution::Merged{id<ContributionId>(into), "Same."});
    into_[merged] = into;
  }

  Random& random_;
  const std::size_t least_;
  std::map<Name, std::vector<Name>> standing_;
  std::map<Name, Name> into_;
};

TEST(SupportFold, EqualsARecountAtEveryPosition) {
  for_seeds(20, [](Random& random) {
    RandomSupports supports(random);
    Folding fold(projections::contributions_projection());
    for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) {
      supports.step();
      fold.catch_up(supports.log);
      for (const Name& proposal : supports.proposals) {
        const auto shown = json::parse(fold.views.document(proposal));
        EXPECT_EQ(shown.at("supports"), supports.supports(proposal)) << proposal;
        // Of what was merged itself people are counted where it went, in whatever that was merged into.
        const bool gathers = supports.has_others(proposal) && !supports.is_merged(proposal);
        ASSERT_EQ(shown.contains("supporters"), gathers) << proposal;
        if (gathers) {
          EXPECT_EQ(shown.at("supporters"), supports.supporters(proposal)) << proposal;
        }
      }
    }
  });
}

// People rate contributions, change and withdraw it; each has at most one rating of each.
TEST(RatingFold, EqualsARecountAtEveryPosition) {
  for_seeds(20, [](Random& random) {
    RandomSupports phase(random);
    Folding fold(projections::contributions_projection());
    std::map<std::pair<Name, Name>, Rating> standing;  // by contribution and participant
    for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) {
      const Name contribution = random.pick(phase.proposals);
      const Name voter = std::to_string(random.index(6));
      const auto rating = static_cast<Rating>(random.index(2));
      const RatingsId stream{id<ProjectId>("park"), id<PhaseId>("ideas"), id<VoterId>(voter)};
      const auto about = id<ContributionId>(contribution);
      const auto known = standing.find({contribution, voter});
      if (known == standing.end()) {
        phase.log.add(stream, rating::Given{about, rating});
        standing[{contribution, voter}] = rating;
      } else if (random.chance(60)) {
        phase.log.add(stream, rating::Changed{about, rating, known->second});
        known->second = rating;
      } else {
        phase.log.add(stream, rating::Withdrawn{about, known->second});
        standing.erase(known);
      }
      fold.catch_up(phase.log);
      std::map<Name, int> up, down;
      for (const auto& [key, given] : standing) ++(given == Rating::up ? up : down)[key.first];
      for (const Name& proposal : phase.proposals) {
        const auto shown = json::parse(fold.views.document(proposal)).value("ratings", json::object());
        EXPECT_EQ(shown.value("up", 0), up[proposal]) << proposal;
        EXPECT_EQ(shown.value("down", 0), down[proposal]) << proposal;
      }
      std::vector<int> smaller;
      fold.views.each_read(
          projections::sorted_prefix(
              projections::contributions_prefix(id<ProjectId>("park"), {}, contribution::Kind::proposal),
              projections::Sorting::controversial),
          [&](std::string_view summary) {
            const Name name = json::parse(summary).at("contribution");
            smaller.push_back(std::min(up[name], down[name]));
          });
      EXPECT_EQ(smaller.size(), phase.proposals.size());
      EXPECT_TRUE(std::ranges::is_sorted(smaller, std::greater{}));
    }
  });
}

TEST(SupportFold, ListsTheMostSupportedFirst) {
  for_seeds(20, [](Random& random) {
    RandomSupports supports(random);
    Folding fold(projections::contributions_projection());
    for (int i = 0; i < 150; ++i) supports.step();
    fold.catch_up(supports.log, 7);
    for (const auto& phase : {std::optional<PhaseId>(), std::optional(id<PhaseId>("ideas"))}) {
      std::vector<std::int64_t> listed;
      std::set<Name> seen;
      fold.views.each_read(
          projections::sorted_prefix(
              projections::contributions_prefix(id<ProjectId>("park"), phase, contribution::Kind::proposal),
              projections::Sorting::supported),
          [&](std::string_view summary) {
            const Name name = json::parse(summary).at("contribution");
            seen.insert(name);
            listed.push_back(supports.supporters(name));
          });
      EXPECT_TRUE(std::ranges::is_sorted(listed, std::greater{}));
      for (const Name& proposal : supports.proposals)
        EXPECT_NE(seen.contains(proposal), supports.is_merged(proposal)) << proposal;
      EXPECT_EQ(seen.size(), listed.size());
    }
  });
}

TEST(SupportFold, DoesNotDependOnHowTheLogIsCut) {
  for_seeds(10, [](Random& random) {
    RandomSupports supports(random);
    for (int i = 0; i < 150; ++i) supports.step();
    Folding whole(projections::contributions_projection());
    whole.catch_up(supports.log);
    Folding parts(projections::contributions_projection());
    parts.catch_up(supports.log, random.between<std::size_t>(1, 20));
    EXPECT_EQ(whole.views.rows(), parts.views.rows());
  });
}

}  // namespace
}  // namespace stimmbuch::test
