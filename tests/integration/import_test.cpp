// Imports into a running server: from files made here, from real elections, and through kill -9 of either
// side.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/budget_file.hpp"
#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Import : public testing::Test {
 protected:
  std::vector<std::string> import_of(const std::string& file, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"import",      "pabulib",      file,   "--server",
                                   served_.url(), "--token-file", token_, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::string budget_file(std::size_t ballots) { return write_budget_file(directory_.path(), ballots); }

  void expect_matches(const Ran& ran) {
    EXPECT_EQ(ran.code, 0) << ran.err;
    const Json summary = ran.last();
    EXPECT_EQ(summary["votes_match"], true) << summary << ran.err;
    EXPECT_EQ(summary["score_match"], true) << summary;
    EXPECT_EQ(summary["selected_match"], true) << summary;
    EXPECT_TRUE(summary["refused"].empty()) << summary;
    EXPECT_EQ(summary["accepted"], summary["ballots"]);
  }

  void expect_recount_agrees() {
    const Ran recount = run({"audit", "recount", "--data", served_.data().string(), "--json"});
    EXPECT_EQ(recount.code, 0) << recount.out << recount.err;
  }

  // Positions 1, 2, 3 … and each ballot's stream at most once.
  void expect_log_without_gap(std::size_t ballots) {
    const Ran log = run({"log", "cat", "--data", served_.data().string()});
    std::uint64_t position = 0;
    std::size_t cast = 0;
    for (const auto& line : log.lines()) {
      const Json record = Json::parse(line);
      EXPECT_EQ(std::stoull(record["sequence"].get<std::string>()), ++position);
      cast += record["type"] == "ballot.vote-cast.v1" ? 1 : 0;
    }
    EXPECT_EQ(cast, ballots);
  }

  TemporaryDirectory directory_;
  Served served_{directory_.path() / "data"};
  std::string token_ = served_.token_file("operator").string();
};

TEST_F(Import, TakesABudgetToItsResult) {
  const std::string file = budget_file(100);
  const Ran ran = run(import_of(file));
  expect_matches(ran);
  const Json summary = ran.last();
  EXPECT_EQ(summary["ballots"], 100);
  EXPECT_THAT(summary["poll"].get<std::string>(), HasSubstr("budget-"));
  const Ran tally = run({"tally", summary["poll"].get<std::string>(), "--server", served_.url(), "--json"});
  EXPECT_EQ(tally.last()["status"], "counted");
  EXPECT_EQ(tally.last()["imported"], true);
  expect_recount_agrees();
}

TEST_F(Import, CountsNothingTwice) {
  const std::string file = budget_file(100);
  const Ran first = run(import_of(file));
  const Ran head = run({"log", "head", "--data", served_.data().string()});
  const Ran second = run(import_of(file));
  expect_matches(second);
  EXPECT_EQ(second.last()["accepted"], first.last()["accepted"]);
  EXPECT_EQ(run({"log", "head", "--data", served_.data().string()}).out, head.out);
}

TEST_F(Import, TakesThePollsIdFromTheCaller) {
  EXPECT_EQ(run(import_of(budget_file(10), {"--poll", "own"})).last()["poll"], "own");
}

TEST_F(Import, CountsAProjectOncePerBallotAndListsSuchBallots) {
  const auto path = directory_.path() / "repeats.pb";
  std::ofstream(path) << "META\nkey;value\nbudget;100\nvote_type;approval\nrule;greedy\ndate_end;01.10.2024\n"
                         "PROJECTS\nproject_id;cost;votes;selected\na;60;3;1\nb;50;1;0\nVOTES\nvoter_id;"
                         "vote\nv1;a,a\nv2;a,b\n";
  const Ran ran = run(import_of(path.string()));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["votes_match"], true);
  EXPECT_EQ(ran.last()["repeated_choices"], Json::parse(R"(["v1"])"));
}

TEST_F(Import, SaysWhatWasRefusedAndWhatDiffers) {
  const auto path = directory_.path() / "wrong.pb";
  std::ofstream(path)
      << "META\nkey;value\nbudget;100\nvote_type;approval\nrule;greedy\ndate_end;01.10.2024\nmax_length;1\n"
         "PROJECTS\nproject_id;cost;votes;selected\na;60;2;1\nb;50;1;0\nVOTES\nvoter_id;vote\nv1;a,b\nv2;a\n;"
         "a\n";
  const Ran ran = run(import_of(path.string()));
  EXPECT_EQ(ran.code, 4) << ran.err;
  const Json summary = ran.last();
  EXPECT_EQ(summary["ballots"], 3);
  EXPECT_EQ(summary["accepted"], 1);
  EXPECT_EQ(summary["refused"]["choices_too_many"], 1);
  EXPECT_EQ(summary["refused"]["voter_id_missing"], 1);
  EXPECT_EQ(summary["votes_match"], false);
}

TEST_F(Import, NeedsTheOperatorsRole) {
  const std::string staff = served_.token_file("staff").string();
  const Ran ran =
      run({"import", "pabulib", budget_file(10), "--server", served_.url(), "--token-file", staff});
  EXPECT_EQ(ran.code, 12) << ran.err;
}

// ---- through kill -9

constexpr std::size_t many_ballots = 30'000;

// An import that is on its way.
std::unique_ptr<ChildProcess> begin_import(std::vector<std::string> words) {
  words.insert(words.end(), {"--progress", "json"});
  auto import = std::make_unique<ChildProcess>(command_of(words), clean_environment());
  import->wait_for_line(R"({"type":"progress")");
  return import;
}

TEST_F(Import, OutlivesAServerThatIsKilledAndStartedAgain) {
  const auto import = begin_import(import_of(budget_file(many_ballots)));
  served_.kill();
  served_.start();
  const int code = import->wait(std::chrono::seconds{240});
  expect_matches({code, import->out(), import->err()});
  expect_log_without_gap(many_ballots);
  expect_recount_agrees();
}

TEST_F(Import, GoesOnWhereAKilledOneStopped) {
  const auto words = import_of(budget_file(many_ballots));
  begin_import(words)->signal(SIGKILL);
  expect_matches(run(words));
  expect_log_without_gap(many_ballots);
}

TEST_F(Import, GoesOnAfterBothSidesWereKilled) {
  const auto words = import_of(budget_file(many_ballots));
  {
    const auto import = begin_import(words);
    served_.kill();
    import->signal(SIGKILL);
    import->wait();
  }
  served_.start();
  expect_matches(run(words));
  expect_log_without_gap(many_ballots);
  expect_recount_agrees();
}

// ---- Polis

TEST_F(Import, TakesAConversationCommentByComment) {
  const auto folder = directory_.path() / "talk";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "summary.csv") << "topic,Bikes\n";
  std::ofstream(folder / "comments.csv")
      << "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
         "1403054214196,x,0,1,2,0,1,\"More lanes, please\"\n1403054214197,x,1,1,0,1,1,Fewer cars\n";
  std::ofstream(folder / "votes.csv")
      << "timestamp,datetime,comment-id,voter-id,vote\n"
         "1403054214300,x,0,1,1\n1403054214301,x,0,2,1\n1403054214302,x,0,2,0\n1403054214303,x,1,2,-1\n";
  std::ofstream(folder / "participants-votes.csv")
      << "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n"
         "1,,1,1,1,0,1,\n2,,0,2,0,1,0,-1\n";
  const std::vector<std::string> words{"import",      "polis",        folder.string(), "--server",
                                       served_.url(), "--token-file", token_,          "--json"};
  const Ran ran = run(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["comments"], 2);
  EXPECT_EQ(ran.last()["votes"], 4);
  EXPECT_EQ(ran.last()["tallies_match"], true);
  const Ran again = run(words);
  EXPECT_EQ(again.last()["tallies_match"], true);
  expect_recount_agrees();
}

// ---- real elections

std::filesystem::path data_folder() {
  const char* const chosen = std::getenv("STIMMBUCH_DATA_DIR");
  return chosen != nullptr ? chosen : STIMMBUCH_DATA_DIR;
}

class RealImport : public Import {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data_folder()))
      GTEST_SKIP() << "no real data in " << data_folder() << "; set STIMMBUCH_DATA_DIR";
  }
  std::string file(const std::string& name) const { return (data_folder() / "pabulib" / name).string(); }
};

class RealBudget : public RealImport, public testing::WithParamInterface<const char*> {};

TEST_P(RealBudget, IsCountedAsItWasPublished) {
  expect_matches(run(import_of(file(GetParam()))));
  expect_recount_agrees();
}

// The larger ones take minutes with sanitizers.
std::vector<const char*> budgets() {
  std::vector<const char*> files{"Poland_Czestochowa_2025_Tysiaclecie.pb", "Poland_Krakow_2023_Nowa_Huta.pb"};
#ifndef STIMMBUCH_SANITIZED
  files.insert(files.end(), {"Poland_Lodz_2023.pb.gz", "Poland_Wroclaw_2024.pb.gz"});
#endif
  return files;
}

INSTANTIATE_TEST_SUITE_P(Budgets, RealBudget, testing::ValuesIn(budgets()));

TEST_F(RealImport, CountsARepeatedProjectOnce) {
  const Ran ran = run(import_of(file("Poland_Warszawa_2026_Grochow.pb")));
  expect_matches(ran);
  EXPECT_EQ(ran.last()["repeated_choices"], Json::parse(R"(["294139","310592"])"));
}

TEST_F(RealImport, CountsVotesWhereItLacksTheRule) {
  const Ran ran = run(import_of(file("Poland_Wieliczka_2023_Green_Budget.pb")));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["votes_match"], true);
  EXPECT_TRUE(ran.last()["selected_match"].is_null());
  EXPECT_THAT(ran.last()["reason"].get<std::string>(), HasSubstr("equalshares"));
}

TEST_F(RealImport, TakesConversationsToTheirPublishedTallies) {
  std::vector<std::string> words{
      "import",       "polis", "--server", served_.url(),
      "--token-file", token_,  "--json",   (data_folder() / "polis/15-per-hour-seattle").string()};
#ifndef STIMMBUCH_SANITIZED
  words.push_back((data_folder() / "polis/vtaiwan.uberx").string());
#endif
  const Ran ran = run(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["tallies_match"], true);
  EXPECT_TRUE(ran.last()["refused"].empty()) << ran.last();
  expect_recount_agrees();
}

}  // namespace
}  // namespace stimmbuch::test
