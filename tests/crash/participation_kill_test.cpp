// The engine killed while people contribute, support, rate and report, and officials moderate: each command
// that was acknowledged is there once, with its texts, whatever the moment of the kill.
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

constexpr int kills = 15;
constexpr int forums = 3;

// One citizen after the other goes through everything that can be done with contributions and documents.
class Forum final : public Rounds {
 public:
  Forum(const std::string& name, std::map<std::string, std::string> officials)
      : Rounds(name, 23), officials_(std::move(officials)) {}

  const std::vector<std::string>& proposals() const { return proposals_; }
  const std::vector<std::string>& marks() const { return marks_; }
  const std::vector<std::string>& annotations() const { return annotations_; }

 private:
  Deed deed(int number) const override {
    const std::string proposal = "/v1/contributions/" + proposal_;
    const std::string comment = "/v1/contributions/" + comment_;
    const auto& staff = officials_.at("staff");
    const auto& moderator = officials_.at("moderator");
    Json words{{"project", "town"}, {"phase", "ideas"}, {"text", "Because."}};
    switch (number) {
      case 0:
        return deed_by(citizen(), "/v1/citizens", {{"name", "Cora"}});
      case 1:
        words.update({{"kind", "proposal"}, {"title", "A bench"}});
        return deed_by(citizen(), "/v1/contributions", words);
      case 2:
        return deed_by(citizen(), proposal + "/revise", {{"title", "Two benches"}, {"text", "Why not."}});
      case 3:
        words.update({{"kind", "comment"}, {"parent", proposal_}});
        return deed_by(citizen(), "/v1/contributions", words);
      case 4:
        return deed_by(citizen(), proposal + "/support", {{"version", 2}}, "PUT");
      case 5:
        return deed_by(citizen(), comment + "/rating", {{"rating", "up"}}, "PUT");
      case 6:
        return deed_by(citizen(), comment + "/rating", {{"rating", "down"}}, "PUT");
      case 7:
        return deed_by(citizen(), comment + "/rating", Json::object(), "DELETE");
      case 8:
        return deed_by(citizen(), comment + "/report", {{"reason", "spam"}});
      case 9:
        return deed_by(moderator, comment + "/hide",
                       {{"manner", "blocked"}, {"reason", "spam"}, {"note", "Too often."}});
      case 10:
        return deed_by(citizen(), comment + "/appeal", {{"hiding", hiding_}, {"appeal", "Once only."}});
      case 11:
        return deed_by(staff, comment + "/decide",
                       {{"appeal", appeal_}, {"granted", true}, {"decision", "True."}});
      case 12:
        return deed_by(moderator, comment + "/dismiss");
      case 13:
        return deed_by(staff, proposal + "/answer", {{"status", "in_review"}, {"answer", {{"de", "Gern."}}}});
      case 14:
        return deed_by(citizen(), proposal + "/support", Json::object(), "DELETE");
      case 15:
        return deed_by(citizen(), comment, Json::object(), "DELETE");
      case 16:
        return deed_by(citizen(), proposal + "/withdraw", {{"reason", "No."}});
      case 17:
        return deed_by(moderator, proposal + "/hide", {{"manner", "blocked"}, {"reason", "other"}});
      case 18:
        words.update({{"kind", "mark"}, {"place", place(13.4)}});
        return deed_by(citizen(), "/v1/contributions", words);
      case 19:
        return deed_by(citizen(), "/v1/contributions/" + mark_ + "/revise",
                       {{"text", "There."}, {"place", place(13.5)}});
      case 20:
        return deed_by(staff, "/v1/documents",
                       {{"project", "town"},
                        {"title", {{"de", "Konzept"}}},
                        {"paragraphs", Json::array({paragraph("Mehr Grün.")})}});
      case 21:
        words.update({{"kind", "annotation"},
                      {"passage",
                       {{"document", document_},
                        {"version", 1},
                        {"paragraph", "aim"},
                        {"language", "de"},
                        {"from", 5},
                        {"to", 9},
                        {"quote", "Grün"}}}});
        return deed_by(citizen(), "/v1/contributions", words);
      default:
        return deed_by(
            staff, "/v1/documents/" + document_ + "/revise",
            {{"title", {{"de", "Konzept"}}}, {"paragraphs", Json::array({paragraph("Viel mehr Grün.")})}});
    }
  }

  static Json place(double longitude) { return {{"type", "Point"}, {"coordinates", {longitude, 52.5}}}; }
  static Json paragraph(const std::string& text) { return {{"id", "aim"}, {"text", {{"de", text}}}}; }

  void take(int number, const Json& answer) override {
    if (number == 1) proposals_.push_back(proposal_ = answer.at("contribution"));
    if (number == 3) comment_ = answer.at("contribution");
    if (number == 9) hiding_ = answer.at("position");
    if (number == 10) appeal_ = answer.at("position");
    if (number == 18) marks_.push_back(mark_ = answer.at("contribution"));
    if (number == 20) document_ = answer.at("document");
    if (number == 21) annotations_.push_back(answer.at("contribution"));
  }

  const std::map<std::string, std::string> officials_;  // tokens
  std::string proposal_;
  std::string comment_;
  std::string hiding_;
  std::string appeal_;
  std::string mark_;
  std::string document_;
  std::vector<std::string> proposals_;
  std::vector<std::string> marks_;
  std::vector<std::string> annotations_;
};

void open_phase(Caller& staff) {
  ASSERT_EQ(staff.post("/v1/projects", {{"id", "town"}, {"title", {{"de", "Stadt"}}}}).status, 201);
  const auto phase =
      staff.post("/v1/projects/town/phases",
                 Json::parse(R"({"id":"ideas","title":{"de":"Ideen"},"opens":"2020-01-01T00:00:00Z",
                      "closes":"2100-01-01T00:00:00Z",
                      "features":["propose","comment","support","rate","mark"]})"));
  ASSERT_EQ(phase.status, 201) << phase.body;
}

// A moderator's document of a contribution once the views show all of the log.
std::string settled_contribution(const Endpoints& engine, const std::string& token,
                                 const std::string& contribution) {
  return settled(engine, token, "/v1/moderation/contributions/" + contribution);
}

TEST(KilledForum, HasEachCommandOnceWithItsTexts) {
  const auto seed = seeds(1).front();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const auto data = directory.path() / "data";
  auto engine = std::make_unique<EngineProcess>(data);
  {
    Caller staff(engine->endpoints(), "staff", "anna");
    open_phase(staff);
  }
  const auto before = head_of(engine->endpoints());
  const std::map<std::string, std::string> officials{
      {"staff", mint(engine->endpoints(), "staff", "anna")},
      {"moderator", mint(engine->endpoints(), "moderator", "mona")}};
  std::vector<std::unique_ptr<Forum>> all;
  for (int i = 0; i < forums; ++i)
    all.push_back(std::make_unique<Forum>("c" + std::to_string(i) + "-", officials));
  std::vector<Work> work;
  for (auto& forum : all) work.emplace_back([&](const Endpoints& endpoints) { forum->run(endpoints); });
  for (int kill = 0; kill < kills; ++kill) kill_amid(work, engine, data, random);
  std::size_t acknowledged = 0;
  std::size_t editions = 0;
  std::vector<std::string> proposals, marks, annotations;
  for (auto& forum : all) {
    forum->finish(engine->endpoints());
    EXPECT_TRUE(forum->problems().empty()) << forum->problems().front();
    acknowledged += forum->acknowledged();
    proposals.insert(proposals.end(), forum->proposals().begin(), forum->proposals().end());
    marks.insert(marks.end(), forum->marks().begin(), forum->marks().end());
    annotations.insert(annotations.end(), forum->annotations().begin(), forum->annotations().end());
    // Of as many documents, each published and revised once.
    editions += 2 * forum->annotations().size();
  }
  // Each command writes one record, and with a version of a document its paragraphs another one.
  EXPECT_EQ(head_of(engine->endpoints()), before + acknowledged + editions);
  EXPECT_FALSE(proposals.empty());
  std::map<std::string, std::string> documents;
  for (const auto& proposal : proposals) {
    documents[proposal] = settled_contribution(engine->endpoints(), officials.at("moderator"), proposal);
    const Json document = Json::parse(documents[proposal], nullptr, false);
    ASSERT_FALSE(document.is_discarded()) << documents[proposal];
    EXPECT_EQ(document.at("versions")[1].at("title"), "Two benches");
    EXPECT_EQ(document.at("author"), "Cora");
    EXPECT_EQ(document.at("supports"), 0);
    EXPECT_EQ(document.at("replies"), 1);
    EXPECT_EQ(document.at("state"), "hidden");
  }
  const auto settled_once = [&](const std::string& contribution) {
    documents[contribution] =
        settled_contribution(engine->endpoints(), officials.at("moderator"), contribution);
    return Json::parse(documents[contribution]);
  };
  for (const auto& mark : marks) {
    const Json document = settled_once(mark);
    EXPECT_EQ(document.at("versions")[0].at("place").at("coordinates")[0], 13.4);
    EXPECT_EQ(document.at("versions")[1].at("place").at("coordinates")[0], 13.5);
  }
  for (const auto& annotation : annotations) {
    const Json carried{{"version", 2}, {"state", "carried"}, {"from", 10}, {"to", 14}};
    EXPECT_EQ(settled_once(annotation).at("later_versions"), Json::array({carried}));
  }
  engine->kill();
  std::filesystem::remove_all(data / "views");
  engine = std::make_unique<EngineProcess>(data);
  for (const auto& [proposal, document] : documents)
    EXPECT_EQ(settled_contribution(engine->endpoints(), officials.at("moderator"), proposal), document);
}

}  // namespace
}  // namespace stimmbuch::test
