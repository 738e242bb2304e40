#include "audit/recount.hpp"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "support/log_builder.hpp"

namespace stimmbuch::program {
namespace {

using test::cast;
using test::changed;
using test::choices;
using test::id;
using test::LogBuilder;
using test::withdrawn;
using testing::ElementsAre;
using testing::IsEmpty;

// A pseudonym: 16 bytes.
std::string voter(int number) {
  std::array<std::byte, 16> bytes{};
  bytes[0] = static_cast<std::byte>(number);
  return to_base64url(bytes);
}

std::vector<std::string> codes(const Recount& recount) {
  std::vector<std::string> codes;
  for (const Difference& difference : recount.differences()) codes.push_back(difference.code);
  return codes;
}

class RecountTest : public testing::Test {
 protected:
  void SetUp() override {
    log_.create_ledger();
    log_.open_project("park");
    log_.open_poll("bench", terms_, options_);
  }

  void register_citizens(int count) {
    for (int i = 0; i < count; ++i) log_.add(id<CitizenId>("c" + std::to_string(i)), citizen::Registered{});
  }

  // a, b, and then a by the voter who had b; c is taken back.
  void three_voters(int citizens = 3) {
    register_citizens(citizens);
    log_.vote("bench", voter(1), cast(choices({"a"})));
    log_.vote("bench", voter(2), cast(choices({"b"})));
    log_.vote("bench", voter(3), cast(choices({"c"})));
    log_.vote("bench", voter(2), changed(choices({"a"}), choices({"b"})));
    counted_to_ = log_.vote("bench", voter(3), withdrawn(choices({"c"})));
  }

  static poll::Tally right_tally() {
    return {{.cast = 3, .replaced = 1, .withdrawn = 1, .online = 2}, {{2, 2}, {0, 0}, {0, 0}}};
  }

  poll::Count right_count(const poll::Tally& tally) const {
    poll::State state;
    state.terms = terms_;
    state.options = options_;
    return poll::count(state, tally);
  }

  // The count as it would be recorded for a tally.
  void count(const poll::Tally& tally, const std::function<void(poll::ResultComputed&)>& change = {}) {
    const Position closed = log_.add(id<PollId>("bench"), poll::Closed{});
    const poll::Count counted = right_count(tally);
    poll::ResultComputed result{.revision = Revision{4},
                                .rule = terms_.rule.kind,
                                .engine = "test",
                                .first = opened_,
                                .last = closed,
                                .figures = tally.figures,
                                .ties = counted.ties};
    if (change) change(result);
    log_.add(id<PollId>("bench"), result, poll::OptionsCounted{counted.options});
  }

  TallyClaim claim() const {
    return {.poll = id<PollId>("bench"),
            .status = "open",
            .figures = right_tally().figures,
            .options = {{id<OptionId>("a"), {2, 2}, 1, true},
                        {id<OptionId>("b"), {0, 0}, 2, false},
                        {id<OptionId>("c"), {0, 0}, 2, false}},
            .counted_to = counted_to_,
            .reflects = counted_to_};
  }

  // In one pass; several must find the same.
  std::unique_ptr<Recount> recount(const std::vector<TallyClaim>& claims = {}) const {
    auto recount = recount_in(1, claims);
    const auto in_passes = recount_in(3, claims);
    EXPECT_EQ(found(*recount), found(*in_passes));
    return recount;
  }
  std::unique_ptr<Recount> recount_in(std::uint32_t passes, const std::vector<TallyClaim>& claims) const {
    auto recount = std::make_unique<Recount>(claims);
    for (std::uint32_t pass = 0; pass < passes; ++pass) {
      recount->begin_pass({pass, passes});
      for (std::size_t i = 0; i < log_.records().size(); ++i)
        recount->add(Position{i + 1}, log_.records()[i].bytes);
      recount->finish();
    }
    return recount;
  }
  static std::multiset<std::string> found(const Recount& recount) {
    std::multiset<std::string> found;
    for (const Difference& difference : recount.differences())
      found.insert(difference.code + " " + difference.where + " " + difference.detail);
    for (const RecountedPoll& poll : recount.polls()) {
      found.insert(std::string(poll.poll.text()) + " " + std::to_string(poll.ballots) + " " +
                   std::to_string(poll.voters.value_or(0)) + " " + std::to_string(poll.differences));
    }
    return found;
  }

  LogBuilder log_;
  const poll::Terms terms_ = test::terms();
  const std::vector<poll::Option> options_ = test::options(3);
  const Position opened_{5};
  Position counted_to_{};
};

TEST_F(RecountTest, AgreesWithARightTally) {
  three_voters();
  const auto result = recount({claim()});
  EXPECT_THAT(codes(*result), IsEmpty());
  ASSERT_EQ(result->polls().size(), 1U);
  EXPECT_EQ(result->polls()[0].ballots, 2);
  EXPECT_TRUE(result->polls()[0].claimed);
}

TEST_F(RecountTest, AgreesWithATallyThatIsBehind) {
  three_voters();
  const auto older = claim();
  log_.vote("bench", voter(4), cast(choices({"b"})));
  EXPECT_THAT(codes(*recount({older})), IsEmpty());
}

TEST_F(RecountTest, AgreesWithATallyThatShowsNoBallotYet) {
  three_voters();
  TallyClaim none{.poll = id<PollId>("bench"),
                  .status = "open",
                  .figures = {},
                  .options = {{id<OptionId>("a"), {}, 1, false},
                              {id<OptionId>("b"), {}, 1, false},
                              {id<OptionId>("c"), {}, 1, false}},
                  .counted_to = before_first,
                  .reflects = Position{6}};
  EXPECT_THAT(codes(*recount({none})), IsEmpty());
}

TEST_F(RecountTest, FindsAVoteThatIsNotThere) {
  three_voters();
  auto wrong = claim();
  ++wrong.options[1].tally.votes;
  EXPECT_THAT(codes(*recount({wrong})), ElementsAre("tally_differs"));
}

TEST_F(RecountTest, FindsWrongFiguresStatusAndSelection) {
  three_voters();
  auto wrong = claim();
  ++wrong.figures.cast;
  wrong.status = "closed";
  wrong.options[2].selected = true;
  EXPECT_THAT(codes(*recount({wrong})), ElementsAre("tally_differs", "tally_differs", "tally_differs"));
}

TEST_F(RecountTest, FindsATallyOfNothing) {
  three_voters();
  auto wrong = claim();
  wrong.reflects = Position{2};
  EXPECT_THAT(codes(*recount({wrong})), ElementsAre("tally_unfounded"));
}

TEST_F(RecountTest, AgreesWithARightCount) {
  three_voters();
  count(right_tally());
  const auto result = recount();
  EXPECT_THAT(codes(*result), IsEmpty());
  EXPECT_EQ(result->polls()[0].counts, 1);
}

TEST_F(RecountTest, TellsHowManyMightHaveVotedDidAndCounted) {
  three_voters(5);
  count(right_tally());
  register_citizens(7);  // too late
  const auto poll = recount()->polls().at(0);
  EXPECT_EQ(poll.registered, 5);
  EXPECT_EQ(poll.counted->cast, 3);
  EXPECT_EQ(poll.counted->counted(), 2);
}

TEST_F(RecountTest, FindsMoreVotersThanCitizens) {
  three_voters(2);
  count(right_tally());
  EXPECT_THAT(codes(*recount()), ElementsAre("count_differs"));
}

// Of a bundle, which has the records of one poll alone.
TEST_F(RecountTest, TakesTheRecordsOfOnePoll) {
  three_voters();
  count(right_tally());
  const auto differences = [&](RecordsOf records, std::string_view without) {
    Recount recount({}, nullptr, records);
    for (std::size_t i = 0; i < log_.records().size(); ++i) {
      const auto& [subject, bytes] = log_.records()[i];
      if (subject.starts_with("poll/") || (subject.starts_with("ballot/") && without != subject))
        recount.add(Position{i + 1}, bytes);
    }
    recount.finish();
    return codes(recount);
  };
  EXPECT_THAT(differences(RecordsOf::poll, "none"), IsEmpty());
  EXPECT_THAT(differences(RecordsOf::poll, "ballot/bench/" + voter(1)), testing::Contains("count_differs"));
  EXPECT_THAT(differences(RecordsOf::poll_tallied, "none"), IsEmpty());
}

TEST_F(RecountTest, FindsAWrongCount) {
  three_voters();
  auto wrong = right_tally();
  ++wrong.options[1].votes;
  ++wrong.options[1].score;
  count(wrong);
  // The ties, the option itself, and the rank of the one that was its equal.
  EXPECT_THAT(codes(*recount()), ElementsAre("count_differs", "count_differs", "count_differs"));
}

TEST_F(RecountTest, FindsACountOfAnotherPartOfTheLog) {
  three_voters();
  count(right_tally(), [](poll::ResultComputed& result) { result.first = Position{1}; });
  EXPECT_THAT(codes(*recount()), ElementsAre("count_differs"));
}

TEST_F(RecountTest, FindsAVoteThatReplacesAnotherThanTheLast) {
  log_.vote("bench", voter(1), cast(choices({"a"})));
  log_.vote("bench", voter(1), changed(choices({"b"}), choices({"c"})));
  EXPECT_THAT(codes(*recount()), ElementsAre("replaced_wrong"));
}

TEST_F(RecountTest, FindsASecondBallotOfAVoter) {
  log_.vote("bench", voter(1), cast(choices({"a"})));
  log_.vote("bench", voter(1), cast(choices({"a"})));
  EXPECT_THAT(codes(*recount()), ElementsAre("replaced_wrong"));
}

TEST_F(RecountTest, FindsBallotsOutsideOfThePollsTime) {
  log_.add(id<PollId>("bench"), poll::Closed{});
  log_.vote("bench", voter(1), cast(choices({"a"})));
  EXPECT_THAT(codes(*recount()), ElementsAre("ballot_outside"));
}

TEST_F(RecountTest, FindsChoicesThatThePollDoesNotHave) {
  log_.vote("bench", voter(1), cast(choices({"z"})));
  EXPECT_THAT(codes(*recount()), ElementsAre("choice_impossible"));
}

TEST_F(RecountTest, FindsVotersThatAreNoPseudonyms) {
  log_.vote("bench", "anna", cast(choices({"a"})));
  EXPECT_THAT(codes(*recount()), ElementsAre("voter_malformed"));
}

TEST_F(RecountTest, FindsRecordsThatAreNotWrittenCanonically) {
  log_.add_changed(BallotId{id<PollId>("bench"), id<VoterId>(voter(1))}, ballot::Event{cast(choices({"a"}))},
                   [](std::string& bytes) { bytes.insert(1, " "); });
  EXPECT_THAT(codes(*recount()), ElementsAre("not_canonical"));
}

TEST_F(RecountTest, FindsGapsOfPositionsAndRevisions) {
  Recount recount({});
  const auto& records = log_.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i != 2) recount.add(Position{i + 1}, records[i].bytes);
  }
  EXPECT_THAT(codes(recount), testing::IsSupersetOf({"position_gap", "revision_gap"}));
}

TEST_F(RecountTest, FindsACommandOfWhichTheEndIsMissing) {
  Recount recount({});
  for (std::size_t i = 0; i < 3; ++i) recount.add(Position{i + 1}, log_.records()[i].bytes);
  recount.finish();
  EXPECT_THAT(codes(recount), ElementsAre("command_torn"));
}

TEST_F(RecountTest, FindsEventsThatCannotFollow) {
  log_.add(id<PollId>("other"), poll::Closed{});
  log_.add(id<PollId>("bench"), poll::OptionsCounted{});
  EXPECT_THAT(codes(*recount()), ElementsAre("event_impossible", "event_impossible"));
}

TEST(TallyClaim, IsReadFromADocument) {
  const Json document = Json::parse(R"({"poll":"bench","status":"open","ballots":2,
    "figures":{"cast":3,"replaced":0,"withdrawn":1,"blank":0,"online":2,"paper":0},
    "options":[{"id":"a","votes":2,"score":4,"rank":1,"selected":true}],"counted_to":"12","reflects":"14"})");
  const auto claim = read_tally_claim(document).value();
  EXPECT_EQ(claim.figures.cast, 3);
  EXPECT_EQ(claim.options[0].tally.score, 4);
  EXPECT_EQ(claim.counted_to, Position{12});
  EXPECT_EQ(claim.reflects, Position{14});
}

TEST(TallyClaim, IsNotReadWhereItDoesNotAddUp) {
  EXPECT_FALSE(read_tally_claim(Json::object()));
  EXPECT_FALSE(read_tally_claim(Json::parse(R"({"poll":"bench","status":"open","ballots":3,
    "figures":{"cast":3,"replaced":0,"withdrawn":1,"blank":0,"online":2,"paper":0},
    "options":[],"counted_to":"1","reflects":"1"})")));
}

}  // namespace
}  // namespace stimmbuch::program
