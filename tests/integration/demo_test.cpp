// The demo as a newcomer sees it.
#include <csignal>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  const Ran ran = run({"demo", "--once", "--json"}, environment);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json summary = ran.last();
  EXPECT_EQ(summary["winners"], Json::parse(R"(["lautern-tanzt","3d-strassenmalerei","cross-boule"])"));
  EXPECT_EQ(summary["as_voted"], true);
  EXPECT_EQ(summary["recount_agrees"], true);
  EXPECT_EQ(entries_in(temporary.path()), 0U);
}

TEST(Demo, TellsPeopleThatItsBallotsAreGenerated) {
  const Ran ran = run({"demo", "--once"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("die Stimmzettel hier sind erzeugt"),
                             HasSubstr("the ballots here\nare generated"), HasSubstr("(demo ledger)"),
                             HasSubstr("everything agrees")));
}

TEST(Demo, StaysToBeTriedUntilItIsInterrupted) {
  ChildProcess demo(command_of({"demo"}), clean_environment());
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
  const std::vector<std::string> words{"demo", "--once", "--json", "--data",
                                       (directory.path() / "data").string()};
  const Ran first = run(words);
  EXPECT_EQ(first.code, 0) << first.err;
  const Ran second = run(words);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.last(), first.last());
}

}  // namespace
}  // namespace stimmbuch::test
