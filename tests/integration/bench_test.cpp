// The benchmarks at sizes at which they measure nothing: they run, check what they did, and report it.
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

class Bench : public testing::Test {
 protected:
  // Temporary directories of the benchmarks lie here.
  Ran bench(std::vector<std::string> words) const {
    words.insert(words.begin(), "bench");
    words.insert(words.end(), {"--json", "--progress", "none"});
    auto environment = clean_environment();
    environment["TMPDIR"] = directory_.path().string();
    return run(words, environment);
  }
  std::string data() const { return (directory_.path() / "data").string(); }

  // The summary of a benchmark that succeeds.
  Json summary(const std::vector<std::string>& words) const {
    const Ran ran = bench(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    const Json last = ran.last();
    EXPECT_EQ(last.value("type", ""), "summary") << ran.out;
    EXPECT_EQ(last.value("bench", ""), words.front());
    return last;
  }

  TemporaryDirectory directory_;
};

void expect_positive(const Json& summary, const std::vector<std::string>& members) {
  for (const auto& member : members) EXPECT_GT(summary.value(member, 0.0), 0.0) << member;
}

TEST_F(Bench, AppendsVotesOfCitizens) {
  const Json ran = summary({"append", "--votes", "300", "--in-flight", "50"});
  EXPECT_EQ(ran["votes"], 300);
  EXPECT_EQ(ran["voters"], "citizens");
  EXPECT_GE(ran["groups"].get<int>(), 300 / 50);
  expect_positive(ran, {"votes_per_second", "cpu_us_per_vote", "writer_cpu_us_per_vote", "votes_per_group",
                        "log_bytes_per_vote", "max_rss_bytes"});
}

TEST_F(Bench, ProvesRecords) {
  const Json ran = summary({"proof", "--votes", "600", "--proofs", "50"});
  EXPECT_GT(ran["records"], 600);
  EXPECT_GE(ran["hashes_max"], 9);
  expect_positive(ran, {"p50_ms", "p99_ms", "max_ms"});
}

TEST_F(Bench, RemovesATemporaryDirectoryAndKeepsANamedOne) {
  summary({"append", "--votes", "10", "--imported"});
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  summary({"append", "--votes", "10", "--imported", "--data", data()});
  EXPECT_EQ(run({"audit", "recount", "--data", data()}).code, 0);
}

TEST_F(Bench, RebuildsTheViewsOfALedgerThatWasLeft) {
  summary({"append", "--votes", "300", "--imported", "--data", data()});
  const Json tally = summary({"rebuild", "--data", data()});
  EXPECT_EQ(tally["projections"], 1);
  EXPECT_GT(tally["events"], 300);
  expect_positive(tally,
                  {"events_per_second", "mebibytes_per_second", "read_events_per_second", "ratio_to_read"});
  EXPECT_GT(summary({"rebuild", "--data", data(), "--all"})["projections"], 1);
  EXPECT_FALSE(std::filesystem::exists(data() + "/views-bench"));
}

TEST_F(Bench, VotesOverHttpAtAnEngineOfItsOwn) {
  const Json ran = summary({"http", "--votes", "100", "--connections", "4"});
  EXPECT_EQ(ran["votes"], 100);
  EXPECT_EQ(ran["connections"], 4);
  expect_positive(ran, {"requests_per_second", "registrations_per_second", "server_cpu_us_per_vote", "p50_ms",
                        "p99_ms", "max_ms", "server_max_rss_bytes"});
}

TEST_F(Bench, VotesAndReadsAtAnEngineThatRuns) {
  Served served(data(), "demo");
  summary({"http", "--votes", "50", "--connections", "4", "--server", served.url(), "--data", data()});
  // More requests than a connection takes, and the engine as its own reference.
  const Json read = summary({"query", "--requests", "2500", "--connections", "2", "--server", served.url(),
                             "--target", "/v1/polls", "--reference", served.url()});
  expect_positive(read, {"requests_per_second", "p99_ms", "reference_requests_per_second", "ratio"});
  EXPECT_EQ(served.stop(), 0);
}

TEST_F(Bench, ExportsTheRowsOfASurvey) {
  const Json ran = summary({"survey", "--answers", "60"});
  EXPECT_EQ(ran["answers"], 60);
  expect_positive(ran, {"server_rss_before_bytes", "all_csv_bytes", "all_json_seconds",
                        "all_geojson_server_max_rss_bytes"});
}

TEST_F(Bench, FailsWhenAnAnswerIsNotTheOneThatMustCome) {
  Served served(data(), "demo");
  // The reference is asked for votes and has another poll.
  Served other((directory_.path() / "other").string(), "demo");
  const Ran ran = bench({"http", "--votes", "5", "--connections", "2", "--server", served.url(), "--data",
                         data(), "--reference", other.url()});
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_EQ(ran.last().value("type", ""), "error");
  EXPECT_THAT(ran.err, HasSubstr("5 of 5 votes were not answered with 201"));
}

TEST_F(Bench, ReadsATallyOfItsOwn) {
  const Json ran = summary({"query", "--requests", "100", "--votes", "20", "--connections", "4"});
  EXPECT_THAT(ran["target"].get<std::string>(), HasSubstr("/tally"));
  expect_positive(ran, {"requests_per_second", "document_bytes", "server_cpu_us_per_request"});
}

TEST_F(Bench, ImportsAnElection) {
  const Json ran = summary({"import", "--ballots", "500"});
  EXPECT_EQ(ran["accepted"], 500);
  EXPECT_EQ(ran["votes_match"], true);
  expect_positive(ran, {"commands_per_second", "server_cpu_us_per_ballot"});
}

TEST_F(Bench, RefusesWhatItCannotMeasure) {
  EXPECT_EQ(bench({"append", "--votes", "0"}).code, 2);
  EXPECT_EQ(bench({"append", "--in-flight", "1000000"}).code, 2);
  EXPECT_EQ(bench({"query", "--server", "http://127.0.0.1:1"}).code, 2);
  EXPECT_EQ(bench({"http", "--server", "http://127.0.0.1:1"}).code, 2);
  EXPECT_EQ(bench({"publish"}).code, 2);
  EXPECT_EQ(bench({"durability"}).code, 2);
  summary({"append", "--votes", "10", "--imported", "--data", data()});
  EXPECT_EQ(bench({"append", "--votes", "10", "--data", data()}).code, 2);
}

}  // namespace
}  // namespace stimmbuch::test
