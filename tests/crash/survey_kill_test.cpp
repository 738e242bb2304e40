// The engine killed while surveys are put, answered, released, exported and closed: each command that was
// acknowledged is there once, with its texts, whatever the moment of the kill.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_process.hpp"
#include "rounds.hpp"
#include "support/seed.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

constexpr int survey_kills = 12;
constexpr int survey_rounds = 3;

// One survey after the other, with everything that can be done with it; each command writes one record.
class Asking final : public Rounds {
 public:
  Asking(const std::string& name, std::string staff) : Rounds(name, 13), staff_(std::move(staff)) {}

  const std::vector<std::string>& surveys() const { return surveys_; }

 private:
  Deed deed(int number) const override {
    const std::string survey = "/v1/surveys/" + survey_;
    const auto answer = [&](const char* answers) {
      return deed_by(citizen(), survey + "/answers", Json::parse(answers), "PUT");
    };
    switch (number) {
      case 0:
        return deed_by(citizen(), "/v1/citizens", {{"name", "Cora"}});
      case 1:
        return deed_by(staff_, "/v1/surveys",
                       {{"project", "town"}, {"phase", "ask"}, {"title", {{"de", "Wege"}}}, {"least", 1}});
      case 2:
        return deed_by(staff_, survey + "/questions", Json::parse(R"({"questions":[
            {"id":"way","kind":"single","title":{"de":"Womit?"},"other":true,"background":true,
             "options":[{"id":"foot","title":{"de":"Zu Fuß"}}]},
            {"id":"why","kind":"long_text","title":{"de":"Warum?"}},
            {"id":"where","kind":"point","title":{"de":"Wo?"}}]})"));
      case 3:
        return deed_by(staff_, survey + "/open");
      case 4:
        return answer(R"({"answers":{"way":["foot"],"why":"First."}})");
      case 5:
        return answer(R"({"answers":{"way":["other"],"why":"Second."},"other":{"way":"By boat"}})");
      case 6:
        return deed_by(citizen(), survey + "/answers", Json::object(), "DELETE");
      case 7:
        return answer(R"({"answers":{"way":["foot"],"why":"Third.",
                       "where":{"type":"Point","coordinates":[13.4049,52.52]}}})");
      case 8:
        return deed_by(staff_, survey + "/texts/release",
                       {{"question", "why"}, {"respondents", {respondent_}}});
      case 9:
        return deed_by(staff_, survey + "/exports", {{"rows", "all"}, {"reason", "To look."}});
      case 10:
        return deed_by(staff_, survey + "/close", {{"reason", "Enough."}});
      case 11:
        return deed_by(staff_, survey + "/exports", {{"rows", "publishable"}, {"reason", "Open data."}});
      default:
        return deed_by(staff_, "/v1/texts/survey/" + survey_ + "/" + reason_revision_ + "/reason",
                       Json::object(), "DELETE");
    }
  }

  // Who said what is to be released.
  void prepare(int number, HttpClient& client) override {
    if (number != 8) return;
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
      const auto reply = client.request("GET", "/v1/surveys/" + survey_ + "/texts?question=why", {},
                                        "Authorization: Bearer " + staff_ + "\r\n");
      const Json page = Json::parse(reply.body);
      const bool shows_it =
          reply.status == 200 && page.at("items").size() == 1 && page.at("items")[0].at("text") == "Third.";
      if (shows_it) {
        respondent_ = page.at("items")[0].at("respondent");
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

  void take(int number, const Json& answer) override {
    if (number == 1) surveys_.push_back(survey_ = answer.at("survey"));
    if (number == 9) reason_revision_ = std::to_string(answer.at("revision").get<int>());
  }

  const std::string staff_;  // token
  std::string survey_;
  std::string respondent_;
  std::string reason_revision_;
  std::vector<std::string> surveys_;
};

void open_asking(Caller& staff) {
  ASSERT_EQ(staff.post("/v1/projects", {{"id", "town"}, {"title", {{"de", "Stadt"}}}}).status, 201);
  const auto phase =
      staff.post("/v1/projects/town/phases",
                 Json::parse(R"({"id":"ask","title":{"de":"Fragen"},"opens":"2020-01-01T00:00:00Z",
                      "closes":"2100-01-01T00:00:00Z","features":["answer"]})"));
  ASSERT_EQ(phase.status, 201) << phase.body;
}

// All that is shown of a survey, once the views show all of the log.
std::map<std::string, std::string> shown(const Endpoints& engine, const std::string& token,
                                         const std::string& survey) {
  const std::string target = "/v1/surveys/" + survey;
  std::map<std::string, std::string> documents;
  for (const std::string part : {"", "/results", "/exports"})
    documents[part] = settled(engine, token, target + part);
  const Json exports = Json::parse(documents["/exports"], nullptr, false);
  if (exports.is_discarded()) return documents;
  auto client = engine.connect();
  for (const Json& one : exports.at("items")) {
    const std::string rows = one.at("rows");
    documents[rows] = client
                          .request("GET", target + "/exports/" + one.at("position").get<std::string>(), {},
                                   "Authorization: Bearer " + token + "\r\n")
                          .body;
  }
  return documents;
}

void expect_everything_once(const std::map<std::string, std::string>& documents) {
  const auto document = [&](const std::string& name) { return Json::parse(documents.at(name)); };
  EXPECT_EQ(document("").at("status"), "closed");
  EXPECT_EQ(document("").at("questions").size(), 3U);
  const Json results = document("/results");
  EXPECT_EQ(results.at("respondents"), 1);
  EXPECT_EQ(results.at("questions")[0].at("options"),
            Json::parse(R"([{"id":"foot","count":1},{"id":"other","count":0}])"));
  EXPECT_EQ(results.at("questions")[1].at("texts"), Json::parse(R"(["Third."])"));
  const Json exports = document("/exports").at("items");
  ASSERT_EQ(exports.size(), 2U);
  EXPECT_TRUE(exports[0].at("reason").is_null()) << "it was destroyed";
  EXPECT_EQ(exports[1].at("reason"), "Open data.");
  const Json all = document("all").at("items");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].at("answers").at("where").at("coordinates"), Json::parse("[13.4049,52.52]"));
  const Json publishable = document("publishable").at("items");
  ASSERT_EQ(publishable.size(), 1U);
  EXPECT_EQ(publishable[0].at("answers"), Json::parse(R"({"way":["foot"],"why":"Third.",
                                              "where":{"type":"Point","coordinates":[13.4,52.52]}})"));
}

TEST(KilledSurveys, HaveEachCommandOnceWithItsTexts) {
  const auto seed = seeds(1).front();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const auto data = directory.path() / "data";
  auto engine = std::make_unique<EngineProcess>(data);
  {
    Caller staff(engine->endpoints(), "staff", "anna");
    open_asking(staff);
  }
  const auto before = head_of(engine->endpoints());
  const auto token = mint(engine->endpoints(), "staff", "anna");
  std::vector<std::unique_ptr<Asking>> all;
  for (int i = 0; i < survey_rounds; ++i)
    all.push_back(std::make_unique<Asking>("s" + std::to_string(i) + "-", token));
  std::vector<Work> work;
  for (auto& asking : all) work.emplace_back([&](const Endpoints& endpoints) { asking->run(endpoints); });
  for (int kill = 0; kill < survey_kills; ++kill) kill_amid(work, engine, data, random);
  std::size_t acknowledged = 0;
  std::map<std::string, std::map<std::string, std::string>> documents;
  for (auto& asking : all) {
    asking->finish(engine->endpoints());
    EXPECT_TRUE(asking->problems().empty()) << asking->problems().front();
    acknowledged += asking->acknowledged();
    for (const auto& survey : asking->surveys()) documents[survey];
  }
  // Each command writes one record.
  EXPECT_EQ(head_of(engine->endpoints()), before + acknowledged);
  EXPECT_GE(documents.size(), static_cast<std::size_t>(survey_rounds));
  for (auto& [survey, own] : documents) {
    own = shown(engine->endpoints(), token, survey);
    expect_everything_once(own);
  }
  engine->kill();
  std::filesystem::remove_all(data / "views");
  engine = std::make_unique<EngineProcess>(data);
  for (const auto& [survey, own] : documents) EXPECT_EQ(shown(engine->endpoints(), token, survey), own);
}

}  // namespace
}  // namespace stimmbuch::test
