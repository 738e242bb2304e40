#include <map>
#include <random>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

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
  json figures = {{"cast", tally.figures.cast},           {"replaced", tally.figures.replaced},
                  {"withdrawn", tally.figures.withdrawn}, {"blank", tally.figures.blank},
                  {"online", tally.figures.online},       {"paper", tally.figures.paper}};
  if (tally.figures.invalid > 0) figures["invalid"] = tally.figures.invalid;
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

// The ballots of one poll of a random log, sealed: what was in each of them comes with the openings.
class SealedTwin {
 public:
  SealedTwin(const RandomLog& random, std::size_t poll) : poll_(id<PollId>(RandomLog::name(poll))) {
    auto terms = random.polls[poll].terms;
    terms.results = poll::Results::after_close;
    log.create_ledger();
    log.open_project("park");
    log.open_poll(RandomLog::name(poll), terms, RandomLog::poll_options());
    for (const auto& record : random.log.records()) {
      const auto stream = parse_subject(record.subject);
      const auto* const ballot = stream ? std::get_if<BallotId>(&*stream) : nullptr;
      if (!ballot || ballot->poll != poll_) continue;
      const auto event = codec::read_event(codec::read_envelope(record.bytes).value()).value();
      std::visit([&](const auto& own) { seal(ballot->voter, own); }, std::get<ballot::Event>(event));
    }
    log.add(poll_, poll::Closed{});
  }

  // Of the standing ballots, in the order of the log.
  std::vector<opening::Opening> openings() const {
    std::map<Position, ballot::Choices> sorted;
    for (const auto& [voter, vote] : standing_) sorted.insert(vote);
    std::vector<opening::Opening> all;
    for (const auto& [position, choices] : sorted) all.push_back({position, {}, choices});
    return all;
  }
  void add_part(std::uint32_t number, std::vector<opening::Opening> openings) {
    log.add(OpeningPartId{poll_, number}, opening::PartAdded{0, std::move(openings)});
  }
  Position complete() { return log.add(poll_, poll::OpeningsCompleted{}); }

  LogBuilder log;

 private:
  template <class Vote>
  void seal(const VoterId& voter, const Vote& vote) {
    const BallotId ballot{poll_, voter};
    if constexpr (std::is_same_v<Vote, ballot::VoteCast>) {
      standing_[voter] = {log.add(ballot, ballot::SealedVoteCast{}), vote.choices};
    } else if constexpr (std::is_same_v<Vote, ballot::VoteChanged>) {
      standing_[voter] = {log.add(ballot, ballot::SealedVoteChanged{}), vote.choices};
    } else if constexpr (std::is_same_v<Vote, ballot::VoteWithdrawn>) {
      log.add(ballot, ballot::SealedVoteWithdrawn{});
      standing_.erase(voter);
    }
  }

  PollId poll_;
  std::map<VoterId, std::pair<Position, ballot::Choices>> standing_;
};

TEST(TallyFold, ShowsASealedPollLikeAnOpenOneWhenAllIsOpenedAndNothingOfItBefore) {
  for (const auto seed : seeds(10)) {
    SCOPED_TRACE(testing::Message() << "STIMMBUCH_SEED=" << seed);
    RandomLog random(seed);
    std::mt19937_64 chance(seed);
    for (int i = 0; i < votes; ++i) random.vote();
    for (std::size_t poll = 0; poll < random.polls.size(); ++poll) {
      if (random.polls[poll].terms.imported) continue;
      SealedTwin sealed(random, poll);
      Folding tally(tally_projection());
      const auto expect_nothing_shown = [&] {
        const json shown = json::parse(tally.catch_up(sealed.log).views.document(RandomLog::name(poll)));
        EXPECT_EQ(shown["sealed"], true);
        EXPECT_EQ(shown["ballots"], std::ssize(random.polls[poll].standing));
        EXPECT_EQ(shown["figures"].size(), 3U);
        for (const json& option : shown["options"]) EXPECT_FALSE(option.contains("votes"));
      };
      expect_nothing_shown();
      // Sealed ballots come online, and some open to nothing that counts.
      auto expected = random.polls[poll];
      for (auto& [voter, vote] : expected.standing) vote.channel = ballot::Channel::online;
      auto counted = RandomLog::recount(expected);
      std::uint32_t part = 0;
      for (auto& opening : sealed.openings()) {
        if (chance() % 8 == 0) {
          RandomLog::Poll alone;
          alone.terms = expected.terms;
          alone.standing["v"] = {*opening.choices, ballot::Channel::online};
          const auto without = RandomLog::recount(alone);
          for (std::size_t i = 0; i < counted.options.size(); ++i) {
            counted.options[i].votes -= without.options[i].votes;
            counted.options[i].score -= without.options[i].score;
          }
          counted.figures.blank -= without.figures.blank;
          ++counted.figures.invalid;
          opening.choices.reset();
        }
        sealed.add_part(part++, {opening});
        expect_nothing_shown();
      }
      const auto completed = sealed.complete();
      expect_shows(tally.catch_up(sealed.log).views.document(RandomLog::name(poll)), counted, completed);
      EXPECT_EQ(Folding(tally_projection()).catch_up(sealed.log, 3).views.rows(), tally.views.rows());
      ASSERT_FALSE(testing::Test::HasFailure());
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
