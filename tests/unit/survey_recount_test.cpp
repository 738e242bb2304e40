#include "audit/survey_recount.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/recount.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"
#include "support/memory_views.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::program {
namespace {

using test::answers_to;
using test::chosen;
using test::id;
using test::in_rows;
using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// A survey with a question of each counted kind, and what the engine shows of it.
class SurveyRecountTest : public testing::Test {
 protected:
  void SetUp() override {
    log_.create_ledger();
    log_.open_project("park");
    auto terms = test::survey_terms();
    terms.least = 2;
    auto ways = test::choosing("ways", {"foot", "bike"}, survey::QuestionKind::multiple);
    ways.other = true;
    log_.add(survey_, survey::Drafted{terms},
             survey::QuestionsAdded{{ways, test::rating("stars", 1, 5),
                                     test::choosing("order", {"a", "b"}, survey::QuestionKind::ranking),
                                     test::matrix("when", {"summer", "winter"}, {"often", "never"}),
                                     test::saying("why"), test::choosing("rare", {"yes"})}});
    log_.add(survey_, survey::Opened{});
    give("v1", {answers_to({{"ways", chosen({"foot"})}}), {{"why", {}}}, {}});
    give("v2", {answers_to({{"ways", chosen({"bike", "other"})},
                            {"stars", std::int64_t{2}},
                            {"order", chosen({"b", "a"})},
                            {"rare", chosen({"yes"})},
                            {"when", in_rows({{"summer", "often"}, {"winter", "never"}})}}),
                {{"ways", {}}, {"why", {}}},
                {}});
    give("v3", {answers_to({{"ways", chosen({"bike"})},
                            {"stars", std::int64_t{5}},
                            {"order", chosen({"a"})},
                            {"when", in_rows({{"summer", "often"}})}}),
                {},
                {}});
    give("v4", {answers_to({{"ways", chosen({"foot"})}}), {}, {}});
    log_.add(stream("v1"), answers::Changed{{answers_to({{"ways", chosen({"bike"})}}), {{"why", {}}}, {}}});
    log_.add(stream("v4"), answers::Withdrawn{});
  }

  AnswersId stream(std::string_view voter) const { return {survey_, id<VoterId>(voter)}; }
  void give(std::string_view voter, answers::AnswerSet set) {
    log_.add(stream(voter), answers::Given{std::move(set)});
  }
  void close() { log_.add(survey_, survey::Closed{"Enough."}); }

  Json served() const {
    test::Folding fold(projections::surveys_projection());
    fold.catch_up(log_);
    return Json::parse(fold.views.document("results/traffic"));
  }

  // What a recount in one pass finds; several find the same.
  std::vector<std::string> found(const Json& document) const {
    auto found = found_in(1, document);
    EXPECT_EQ(found, found_in(3, document));
    return found;
  }
  std::vector<std::string> found_in(std::uint32_t passes, const Json& document) const {
    Recount recount({});
    recount.claim(read_survey_claim(document).value());
    for (std::uint32_t pass = 0; pass < passes; ++pass) {
      recount.begin_pass({pass, passes});
      for (std::size_t i = 0; i < log_.records().size(); ++i)
        recount.add(Position{i + 1}, log_.records()[i].bytes);
      recount.finish();
    }
    std::vector<std::string> found;
    for (const Difference& difference : recount.differences())
      found.push_back(difference.code + " " + difference.where);
    return found;
  }

  // The document with each of its numbers and averages in turn made another.
  static std::vector<Json> falsified(const Json& document) {
    std::vector<Json> all;
    const Json flat = document.flatten();
    for (const auto& [pointer, value] : flat.items()) {
      if (!pointer.starts_with("/questions") && pointer != "/respondents") continue;
      const bool is_average = pointer.ends_with("/average");
      if (!value.is_number() && !is_average) continue;
      Json other = document;
      Json& changed = other[Json::json_pointer(pointer)];
      changed = is_average ? Json("7/9") : Json(value.get<std::int64_t>() + 1);
      all.push_back(std::move(other));
    }
    return all;
  }

  test::LogBuilder log_;
  const SurveyId survey_ = id<SurveyId>("traffic");
};

TEST_F(SurveyRecountTest, AgreesWithWhatFollowsFromTheAnswers) {
  EXPECT_THAT(found(served()), IsEmpty()) << "no figures are shown yet";
  close();
  EXPECT_THAT(found(served()), IsEmpty());
}

TEST_F(SurveyRecountTest, AgreesWithFiguresThatAreBehind) {
  close();
  const auto before = served();
  log_.add(survey_, survey::TextsReleased{id<QuestionId>("why"), {{"r1", {}}}});
  EXPECT_THAT(found(before), IsEmpty());
}

TEST_F(SurveyRecountTest, FindsEachFigureThatIsFalsified) {
  close();
  const auto documents = falsified(served());
  EXPECT_GT(documents.size(), 20U);
  for (const Json& document : documents) {
    const auto what = found(document);
    EXPECT_THAT(what, Not(IsEmpty())) << document;
    EXPECT_THAT(what, Each("survey_differs survey/traffic"));
  }
}

TEST_F(SurveyRecountTest, FindsAWrongStatus) {
  auto document = served();
  document["status"] = "closed";
  EXPECT_THAT(found(document), SizeIs(1));
}

TEST_F(SurveyRecountTest, FindsFiguresThatTooFewAreBehind) {
  close();
  auto document = served();
  Json& rare = document["questions"][5];
  ASSERT_EQ(rare.at("too_few"), true);
  rare.erase("too_few");
  rare["answered"] = 1;
  rare["options"] = Json::parse(R"([{"id":"yes","count":1}])");
  EXPECT_THAT(found(document), Not(IsEmpty()));
}

TEST_F(SurveyRecountTest, FindsFiguresThatAreLeftOut) {
  close();
  auto document = served();
  Json& ways = document["questions"][0];
  ways = {{"id", "ways"}, {"kind", "multiple"}, {"too_few", true}};
  EXPECT_THAT(found(document), Not(IsEmpty()));
}

TEST_F(SurveyRecountTest, FindsResultsOfNothing) {
  auto document = served();
  document["reflects"] = "1";
  EXPECT_THAT(found(document), testing::ElementsAre("survey_unfounded survey/traffic"));
}

TEST(SurveyClaims, AreReadFromDocumentsOfResultsOnly) {
  EXPECT_FALSE(read_survey_claim(Json::parse(R"({"survey":"traffic"})")));
  EXPECT_FALSE(read_survey_claim(
      Json::parse(R"({"survey":"no id!","status":"open","respondents":0,"reflects":"3"})")));
  EXPECT_TRUE(read_survey_claim(
      Json::parse(R"({"survey":"traffic","status":"open","respondents":0,"reflects":"3"})")));
}

}  // namespace
}  // namespace stimmbuch::program
