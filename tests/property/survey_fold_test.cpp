// What the projection shows of surveys, against a naive recount at every position.
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/projections/folds/surveys.hpp"
#include "support/memory_views.hpp"
#include "support/random.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using nlohmann::json;

constexpr std::int32_t least = 3;

// A log in which people answer a survey, change their answers and take them back, and who says what.
class RandomAnswers {
 public:
  RandomAnswers(Random& random, poll::Results results) : random_(random) {
    auto terms = survey_terms();
    terms.least = least;
    terms.results = results;
    log.create_ledger();
    log.open_project("park");
    questions.front().other = true;
    log.add(survey, survey::Drafted{terms}, survey::QuestionsAdded{questions});
    log.add(survey, survey::Opened{});
  }

  void step() {
    const std::string voter = std::to_string(random_.index(9));
    const AnswersId stream{survey, id<VoterId>(voter)};
    const bool stands = standing.contains(voter);
    if (stands && random_.chance(30)) {
      log.add(stream, answers::Withdrawn{});
      standing.erase(voter);
      return;
    }
    const auto set = answer();
    if (stands)
      log.add(stream, answers::Changed{set});
    else
      log.add(stream, answers::Given{set});
    standing.insert_or_assign(voter, set);
  }
  void close() { log.add(survey, survey::Closed{"Enough."}); }

  // How many answer a question, and how many of these so that `counts` holds of the answer.
  std::int64_t answered(const std::string& name) const {
    std::int64_t count = 0;
    for (const auto& [voter, set] : standing)
      count += set.answers.contains(id<QuestionId>(name)) || set.texts.contains(name) ? 1 : 0;
    return count;
  }
  template <class Kind, class Counts>
  std::int64_t count(const std::string& name, Counts counts) const {
    std::int64_t count = 0;
    for (const auto& [voter, set] : standing) {
      const auto answer = set.answers.find(id<QuestionId>(name));
      if (answer != set.answers.end()) count += counts(std::get<Kind>(answer->second)) ? 1 : 0;
    }
    return count;
  }

  LogBuilder log;
  const SurveyId survey = id<SurveyId>("traffic");
  std::vector<survey::Question> questions{
      choosing("ways", {"foot", "bike"}, survey::QuestionKind::multiple),
      rating("stars", -1, 3),
      choosing("order", {"a", "b", "c"}, survey::QuestionKind::ranking),
      matrix("when", {"summer", "winter"}, {"often", "never"}),
      saying("why"),
  };
  std::map<std::string, answers::AnswerSet> standing;

 private:
  std::vector<OptionId> some(std::vector<std::string> names) {
    random_.shuffle(names);
    names.resize(random_.between<std::size_t>(1, names.size()));
    std::vector<OptionId> ids;
    for (const auto& name : names) ids.push_back(id<OptionId>(name));
    return ids;
  }

  answers::AnswerSet answer() {
    answers::AnswerSet set;
    const auto give = [&](std::string_view name, survey::Answer answer) {
      if (random_.chance(70)) set.answers.emplace(id<QuestionId>(name), std::move(answer));
    };
    give("ways", some({"foot", "bike", "other"}));
    give("stars", random_.between<std::int64_t>(-1, 3));
    give("order", some({"a", "b", "c"}));
    std::map<OptionId, OptionId> rows;
    for (const OptionId& row : some({"summer", "winter"}))
      rows.emplace(row, id<OptionId>(random_.chance(50) ? "often" : "never"));
    give("when", rows);
    if (random_.chance(50)) set.texts.emplace("why", Commitment{});
    if (random_.chance(20)) set.texts.emplace("ways", Commitment{});
    return set;
  }

  Random& random_;
};

std::string fraction(std::int64_t numerator, std::int64_t denominator) {
  const auto divisor = std::gcd(numerator, denominator);
  return std::to_string(numerator / divisor) + "/" + std::to_string(denominator / divisor);
}

// Holds the figures that are shown against everybody's answers.
void expect_recount(const json& results, const RandomAnswers& people) {
  using Options = std::vector<OptionId>;
  using Rows = std::map<OptionId, OptionId>;
  for (const json& question : results.at("questions")) {
    const std::string name = question.at("id");
    const auto answered = people.answered(name);
    ASSERT_EQ(question.contains("too_few"), answered < least) << name;
    if (answered < least) {
      ASSERT_EQ(question.size(), 3U) << "nothing of it is shown: " << question;
      continue;
    }
    EXPECT_EQ(question.at("answered"), answered) << name;
    if (name == "ways") {
      for (const json& option : question.at("options")) {
        const auto chosen = id<OptionId>(option.at("id").get<std::string>());
        EXPECT_EQ(option.at("count"), people.count<Options>(name, [&](const Options& options) {
          return std::ranges::find(options, chosen) != options.end();
        }));
      }
    } else if (name == "stars") {
      std::int64_t sum = 0;
      std::int64_t values = 0;
      for (std::int64_t value = -1; value <= 3; ++value) {
        const auto count =
            people.count<std::int64_t>(name, [&](std::int64_t given) { return given == value; });
        sum += value * count;
        if (count == 0) continue;
        EXPECT_EQ(question.at("values")[static_cast<std::size_t>(values)],
                  (json{{"value", value}, {"count", count}}));
        ++values;
      }
      EXPECT_EQ(question.at("values").size(), values);
      EXPECT_EQ(question.at("average"), fraction(sum, answered));
    } else if (name == "order") {
      for (const json& option : question.at("options")) {
        const auto ranked = id<OptionId>(option.at("id").get<std::string>());
        for (std::size_t place = 0; place < 3; ++place) {
          EXPECT_EQ(option.at("places")[place], people.count<Options>(name, [&](const Options& options) {
            return place < options.size() && options[place] == ranked;
          }));
        }
      }
    } else if (name == "when") {
      for (const json& row : question.at("rows")) {
        for (const json& option : row.at("options")) {
          const auto row_id = id<OptionId>(row.at("id").get<std::string>());
          const auto chosen = id<OptionId>(option.at("id").get<std::string>());
          EXPECT_EQ(option.at("count"), people.count<Rows>(name, [&](const Rows& rows) {
            const auto given = rows.find(row_id);
            return given != rows.end() && given->second == chosen;
          }));
        }
      }
    }
  }
}

TEST(SurveyFold, EqualsARecountWhereverTheSurveyEnds) {
  for_seeds(60, [](Random& random) {
    RandomAnswers people(random, poll::Results::after_close);
    Folding fold(projections::surveys_projection());
    for (auto steps = random.between(0, 60); steps > 0; --steps) {
      people.step();
      fold.catch_up(people.log);
      const auto results = json::parse(fold.views.document("results/traffic"));
      EXPECT_EQ(results.at("respondents"), people.standing.size());
      ASSERT_FALSE(results.contains("questions")) << "nothing is shown before the end";
    }
    people.close();
    fold.catch_up(people.log);
    expect_recount(json::parse(fold.views.document("results/traffic")), people);
  });
}

TEST(SurveyFold, MovesLiveFiguresInStepsOnly) {
  for_seeds(20, [](Random& random) {
    RandomAnswers people(random, poll::Results::live);
    Folding fold(projections::surveys_projection());
    json before;
    for (int step = 1; step <= 60 && !testing::Test::HasFailure(); ++step) {
      people.step();
      fold.catch_up(people.log);
      const auto results = json::parse(fold.views.document("results/traffic"));
      if (step % least == 0) {
        expect_recount(results, people);
        before = results.at("questions");
      } else if (step > least) {
        EXPECT_EQ(results.at("questions"), before);
      } else {
        EXPECT_FALSE(results.contains("questions"));
      }
    }
  });
}

TEST(SurveyFold, DoesNotDependOnHowTheLogIsCut) {
  for_seeds(10, [](Random& random) {
    RandomAnswers people(random, poll::Results::live);
    for (int i = 0; i < 100; ++i) people.step();
    people.close();
    Folding whole(projections::surveys_projection());
    whole.catch_up(people.log);
    Folding parts(projections::surveys_projection());
    parts.catch_up(people.log, random.between<std::size_t>(1, 20));
    EXPECT_EQ(whole.views.rows(), parts.views.rows());
  });
}

TEST(SurveyFold, ListsOpenSurveysByTheEndOfTheirPhase) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  project::Phase phase{id<PhaseId>("ideas"), title("Ideas"), may_third, may_third + std::chrono::hours{24}};
  phase.features = {project::Feature::answer};
  log.add(id<ProjectId>("park"), project::PhaseDefined{phase});
  const auto survey = id<SurveyId>("traffic");
  log.add(survey, survey::Drafted{survey_terms()}, survey::QuestionsAdded{{saying("why")}});
  Folding fold(projections::surveys_projection());
  const auto due = [&] {
    fold.catch_up(log);
    std::vector<std::string> keys;
    fold.views.each(projections::due_surveys_prefix,
                    [&](std::string_view key, std::string_view) { keys.emplace_back(key); });
    return keys;
  };
  EXPECT_TRUE(due().empty());
  log.add(survey, survey::Opened{});
  EXPECT_EQ(due(), std::vector<std::string>{"2026-05-04T10:00:00.000000Z/traffic"});
  log.add(id<ProjectId>("park"),
          project::PhaseExtended{phase.id, phase.closes + std::chrono::hours{24}, "Rain"});
  EXPECT_EQ(due(), std::vector<std::string>{"2026-05-05T10:00:00.000000Z/traffic"});
  log.add(survey, survey::Closed{});
  EXPECT_TRUE(due().empty());
}

}  // namespace
}  // namespace stimmbuch::test
