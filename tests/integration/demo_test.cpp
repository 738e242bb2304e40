// The demo as a newcomer sees it.
#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_client.hpp"
#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::size_t entries_in(const std::filesystem::path& directory) {
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) entries += entry.exists() ? 1 : 0;
  return entries;
}

TEST(Demo, EndsWithThePublishedWinnersAndARecountThatAgrees) {
  const TemporaryDirectory temporary;
  auto environment = clean_environment();
  environment["TMPDIR"] = temporary.path().string();
  const Ran ran = run({"demo", "--once", "--json", "--citizens", "400"}, environment);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json summary = ran.last();
  EXPECT_EQ(summary["winners"], Json::parse(R"(["lautern-tanzt","3d-strassenmalerei","cross-boule"])"));
  for (const auto* const claim : {"as_voted", "opinions_as_given", "map_as_marked", "draft_as_annotated",
                                  "survey_as_answered", "recount_agrees"})
    EXPECT_EQ(summary[claim], true) << claim;
  EXPECT_EQ(entries_in(temporary.path()), 0U);
}

TEST(Demo, ShowsPeopleTheTownsYearAndThatItIsGenerated) {
  const Ran ran = run({"demo", "--once", "--citizens", "400"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const auto* const part :
       {"die Stimmzettel hier sind erzeugt", "the ballots here are generated",
        "Contest of ideas (propose, comment", "Local logistics", "[blocked by a moderator: insulting]",
        "Ways without barriers: ", "Kerb too high", "Guidelines for participation, version 2",
        "“vier Wochen”: carried", "“in der Regel”: lost", "“acht Wochen”: made", "Cooled compartment",
        "(average ", "(demo ledger)", "Lautern dances: begun 2022-06-01, done 2022-09-01",
        "everything agrees"})
    EXPECT_THAT(ran.out, HasSubstr(part));
}

// What is personal is gone from every answer, and every figure is as it was: the demo compares them itself.
TEST(Demo, KeepsEveryFigureWhenAllCitizensAreErased) {
  const TemporaryDirectory directory;
  const std::string data = (directory.path() / "data").string();
  const Ran ran = run({"demo", "--once", "--json", "--citizens", "200", "--erase-everybody", "--data", data});
  ASSERT_EQ(ran.code, 0) << ran.err;
  Served served(data, "demo");
  ASSERT_EQ(run({"vault", "sweep", "--data", data}).code, 0);
  auto visitor = HttpClient::tcp(served.port());
  const auto read = [&](const std::string& path) {
    return Json::parse(visitor.request("GET", path, {}, {}).body);
  };
  const Json proposals = read("/v1/contributions?project=stadt-raum-wir&phase=ideen&kind=proposal&limit=500");
  ASSERT_FALSE(proposals.at("items").empty());
  for (const Json& proposal : proposals.at("items")) {
    const Json document = read("/v1/contributions/" + proposal.at("contribution").get<std::string>());
    for (const auto* const member : {"author", "title", "text"})
      EXPECT_TRUE(document.at(member).is_null()) << document;
  }
  const Json map = read("/v1/projects/barrierefreie-wege/marks?limit=500");
  ASSERT_FALSE(map.at("features").empty());
  for (const Json& mark : map.at("features")) {
    EXPECT_TRUE(mark.at("geometry").is_null()) << mark;
    EXPECT_FALSE(mark.at("properties").at("category").is_null()) << mark;
    for (const auto* const member : {"author", "text", "photo"})
      EXPECT_TRUE(mark.at("properties").value(member, Json()).is_null()) << mark;
  }
  std::set<std::string> fates;
  const Json annotations = read("/v1/documents/leitlinien/annotations?limit=500");
  for (const Json& annotation : annotations.at("items")) {
    for (const auto* const member : {"author", "text"})
      EXPECT_TRUE(annotation.value(member, Json()).is_null()) << annotation;
    EXPECT_FALSE(annotation.at("passage").at("quote").get<std::string>().empty());
    for (const Json& later : annotation.at("later_versions")) fates.insert(later.at("state"));
  }
  EXPECT_EQ(fates, (std::set<std::string>{"carried", "lost"}));
  EXPECT_EQ(run({"audit", "verify", "--data", data}).code, 0);
  for (const std::string& line : run({"projection", "list", "--data", data, "--json"}).lines()) {
    const Json item = Json::parse(line);
    if (!item.contains("name")) continue;
    EXPECT_EQ(run({"projection", "verify", item.at("name"), "--data", data}).code, 0) << line;
  }
}

TEST(Demo, StaysToBeTriedUntilItIsInterrupted) {
  ChildProcess demo(command_of({"demo", "--citizens", "400"}), clean_environment());
  const std::string line = demo.wait_for_line("The server stays at ", std::chrono::seconds{240});
  const std::string url = line.substr(0, line.find(','));
  demo.wait_for_line("Ctrl-C ends it.");
  const Ran tally = run({"tally", "stadt-raum-wir", "--server", url});
  EXPECT_EQ(tally.code, 0) << tally.err;
  EXPECT_THAT(tally.out, AllOf(HasSubstr("certified"), HasSubstr("Lautern"), HasSubstr("✓")));
  demo.signal(SIGINT);
  EXPECT_EQ(demo.wait(), 0);
}

// Every command has its key, so a second run on the same directory changes nothing.
TEST(Demo, RunsAgainOnItsDirectory) {
  const TemporaryDirectory directory;
  const std::vector<std::string> words{
      "demo", "--once", "--json", "--citizens", "400", "--data", (directory.path() / "data").string()};
  const Ran first = run(words);
  EXPECT_EQ(first.code, 0) << first.err;
  const Ran second = run(words);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.last(), first.last());
}

}  // namespace
}  // namespace stimmbuch::test
