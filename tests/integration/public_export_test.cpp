// What everybody gets: the result of a poll as files, and a log without the records of others.
#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/program.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::map<std::string, std::string> contents(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      files.emplace(std::filesystem::relative(entry.path(), directory).string(), content(entry.path()));
  return files;
}

class PublicExport : public testing::Test {
 protected:
  Ran import_file(const Served& served, const std::string& file, const std::string& poll) {
    return run({"import", "pabulib", file, "--server", served.url(), "--token-file",
                served.token_file("operator").string(), "--poll", poll, "--json"});
  }
  void serve_and_import(std::size_t ballots) {
    Served served(data(), "demo");
    const auto file = write_budget_file(directory_.path(), ballots);
    const Ran ran = import_file(served, file, "poll-" + std::to_string(ballots));
    ASSERT_EQ(ran.code, 0) << ran.err;
    served.stop();
  }
  Ran export_result(const std::string& poll, const std::filesystem::path& to,
                    std::vector<std::string> from = {}) {
    if (from.empty()) from = {"--data", data().string()};
    std::vector<std::string> words{"export", "result", poll, to.string(), "--json"};
    words.insert(words.end(), from.begin(), from.end());
    return run(words);
  }
  Ran export_public() {
    return run({"log", "export", site().string(), "--public", "--data", data().string(), "--json"});
  }
  Ran verify() {
    return run({"audit", "verify", "--export", site().string(), "--json", "--progress", "none"});
  }
  static std::string verdict(const Ran& ran, std::string_view check) {
    const Json report = ran.last();
    for (const Json& one : report.value("checks", Json::array()))
      if (one["check"] == check) return one["result"];
    return {};
  }
  static std::vector<std::string> places(const Ran& ran) {
    std::vector<std::string> places;
    const Json report = ran.last();
    for (const Json& check : report.value("checks", Json::array()))
      for (const Json& finding : check["findings"])
        places.push_back(check["check"].get<std::string>() + " " + finding["where"].get<std::string>());
    return places;
  }

  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path site() const { return directory_.path() / "site"; }

  TemporaryDirectory directory_;
};

// ---- the result of a poll

TEST_F(PublicExport, OfAResultIsImportedAgainToTheSameTally) {
  serve_and_import(600);
  const auto first = directory_.path() / "first";
  const Ran ran = export_result("poll-600", first);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["ballots"], 600);

  Served other(directory_.path() / "other", "demo");
  const Ran imported = import_file(other, (first / "ballots.pb").string(), "again");
  EXPECT_EQ(imported.code, 0) << imported.err;
  const Json result = Json::parse(content(first / "result.json"));
  const Ran tally = run({"tally", "again", "--server", other.url(), "--json"});
  std::map<std::string, Json> counted;
  const Json shown = tally.last();
  for (const Json& option : shown["options"]) counted[option["id"]] = option;
  for (const Json& option : result["options"]) {
    const Json& again = counted[option["id"]];
    for (const auto* const member : {"votes", "score", "selected", "cost"})
      EXPECT_EQ(again[member], option[member]) << option;
  }
  EXPECT_EQ(shown["figures"]["cast"], result["figures"]["cast"]);
}

TEST_F(PublicExport, OfAResultProvesEachOfThePollsRecords) {
  serve_and_import(600);
  const auto to = directory_.path() / "result";
  ASSERT_EQ(export_result("poll-600", to).code, 0);
  const auto files = contents(to);
  std::size_t proofs = 0;
  for (const auto& [name, bytes] : files) {
    if (!name.starts_with("proofs/")) continue;
    ++proofs;
    const Ran shown =
        run({"audit", "proof", (to / name).string(), "--key", (to / "log.vkey").string(), "--json"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_EQ(shown.last()["proved"], true);
  }
  const auto& records = files.at("records.ndjson");
  EXPECT_EQ(proofs, static_cast<std::size_t>(std::ranges::count(records, '\n')));
  for (const auto* const type : {"poll.drafted.v1", "poll.opened.v1", "poll.result-computed.v1"})
    EXPECT_THAT(records, HasSubstr(type));
  EXPECT_THAT(records, Not(HasSubstr("ballot/")));
  const Json manifest = Json::parse(files.at("manifest.json"));
  EXPECT_EQ(manifest["files"].size(), files.size() - 1);
}

// Numbers in the file do not follow the order in which was voted.
TEST_F(PublicExport, OfAResultTellsNeitherWhoNorWhen) {
  serve_and_import(600);
  const auto to = directory_.path() / "result";
  ASSERT_EQ(export_result("poll-600", to).code, 0);
  const auto ballots = content(to / "ballots.pb");
  EXPECT_THAT(ballots, Not(HasSubstr("voting_method")));
  // Every third ballot of the imported file names two projects, in turn.
  const auto begin = ballots.find("voter_id;vote\n") + 14;
  EXPECT_THAT(ballots.substr(begin), Not(StartsWith("1;a,b\n2;a\n3;a\n4;a,c\n5;a\n6;a\n")));
  EXPECT_EQ(std::ranges::count(ballots.substr(begin), '\n'), 600);
}

TEST_F(PublicExport, OfAResultIsTheSameFromEverySource) {
  serve_and_import(40);
  const auto one = directory_.path() / "one";
  ASSERT_EQ(export_result("poll-40", one).code, 0);
  ASSERT_EQ(export_public().code, 0);
  ASSERT_EQ(export_result("poll-40", directory_.path() / "two", {"--export", site().string()}).code, 0);
  EXPECT_EQ(contents(one), contents(directory_.path() / "two"));
  Served served(data(), "demo", {"--checkpoint-interval", "1h"});
  const Ran remote =
      export_result("poll-40", directory_.path() / "three",
                    {"--server", served.url(), "--token-file", served.token_file("auditor").string()});
  ASSERT_EQ(remote.code, 0) << remote.err;
  EXPECT_EQ(contents(one), contents(directory_.path() / "three"));
  EXPECT_EQ(export_result("poll-40", directory_.path() / "four", {"--server", served.url()}).code, 12);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "four"));
}

TEST_F(PublicExport, OfAResultRefusesWhatItCannotGive) {
  serve_and_import(40);
  const auto to = directory_.path() / "result";
  EXPECT_EQ(export_result("nothing", to).code, 5);
  EXPECT_EQ(export_result("not an id", to).code, 2);
  std::filesystem::create_directory(to);
  overwrite(to / "mine", "kept");
  EXPECT_EQ(export_result("poll-40", to).code, 2);
  EXPECT_EQ(content(to / "mine"), "kept");
}

TEST_F(PublicExport, OfAResultOfAnOpenPollIsRefusedAndOfFewBallotsHasNone) {
  {
    Served served(data(), "demo");
    SmallVote vote(served);
    vote.join("ada");
    vote.vote("ada", "oak");
    served.stop();
  }
  const auto to = directory_.path() / "result";
  const Ran open = export_result("bench", to);
  EXPECT_EQ(open.code, 5);
  EXPECT_THAT(open.err, HasSubstr("not counted yet"));
  serve_and_import(9);
  ASSERT_EQ(export_result("poll-9", to).code, 0);
  const auto files = contents(to);
  EXPECT_FALSE(files.contains("ballots.pb"));
  EXPECT_THAT(files.at("result.json"), HasSubstr("ballots_withheld"));
  EXPECT_THAT(files.at("records.ndjson"), Not(HasSubstr("\"choices\"")));
}

// ---- the log without what only auditors read

TEST_F(PublicExport, OfALogHasTheRecordsOfCountedPollsAlone) {
  {
    Served served(data(), "demo");
    SmallVote vote(served);
    vote.join("ada");
    vote.vote("ada", "oak");
    served.stop();
  }
  serve_and_import(9);
  serve_and_import(300);
  const Ran ran = export_public();
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.last()["bundles"], 2);
  const auto files = contents(site());
  for (const auto& [name, bytes] : files) {
    EXPECT_FALSE(name.starts_with("tile/entries")) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("citizen/"))) << name;
    EXPECT_THAT(bytes, Not(HasSubstr("ballot/bench"))) << name;
  }
  EXPECT_THAT(files.at("polls/poll-300/records.ndjson"), HasSubstr("ballot/poll-300/"));
  EXPECT_THAT(files.at("polls/poll-9/records.ndjson"), Not(HasSubstr("ballot/poll-9/")));

  const Ran audit = verify();
  EXPECT_EQ(audit.code, 0) << audit.out;
  EXPECT_THAT(places(audit), IsEmpty());
  for (const auto* const check : {"A1", "A2", "B1", "C1", "D1", "E3", "F2"})
    EXPECT_EQ(verdict(audit, check), "PASS") << check;
  for (const auto* const check : {"B3", "D2", "D3", "E1", "F3"})
    EXPECT_EQ(verdict(audit, check), "SKIPPED") << check;
  EXPECT_EQ(audit.last()["polls"].size(), 2);
}

TEST_F(PublicExport, OfALogGoesOnWithWhatIsNew) {
  serve_and_import(40);
  ASSERT_EQ(export_public().code, 0);
  const auto before = contents(site());
  EXPECT_EQ(export_public().last()["bundles"], 0);
  EXPECT_EQ(contents(site()), before);
  serve_and_import(50);
  const Ran more = export_public();
  EXPECT_EQ(more.last()["bundles"], 1);
  const auto after = contents(site());
  EXPECT_EQ(after.at("polls/poll-40/records.ndjson"), before.at("polls/poll-40/records.ndjson"));
  EXPECT_EQ(verify().code, 0);
  // As after an interruption: a half-made bundle is thrown away, and what the list lacks is made.
  std::filesystem::rename(site() / "polls/poll-50", site() / "polls/poll-50.part");
  overwrite(site() / "polls.json", before.at("polls.json"));
  std::filesystem::remove(site() / "checkpoint");
  ASSERT_EQ(export_public().code, 0);
  EXPECT_EQ(contents(site()), after);
}

TEST_F(PublicExport, OfALogIsNotMixedWithAllRecords) {
  serve_and_import(40);
  const auto all = directory_.path() / "all";
  ASSERT_EQ(run({"log", "export", all.string(), "--data", data().string()}).code, 0);
  EXPECT_EQ(run({"log", "export", all.string(), "--public", "--data", data().string()}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(all / "polls.json"));
  ASSERT_EQ(export_public().code, 0);
  EXPECT_EQ(run({"log", "export", site().string(), "--data", data().string()}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(site() / "tile/entries"));
}

// Any bit of any file, and any record of a bundle that is left out, exchanged, repeated or cut off.
TEST_F(PublicExport, OfALogShowsEveryDamage) {
  serve_and_import(9);
  serve_and_import(300);
  ASSERT_EQ(export_public().code, 0);
  ASSERT_EQ(verify().code, 0);
  const auto sound = contents(site());
  std::vector<std::string> names;
  for (const auto& [name, bytes] : sound) names.push_back(name);
  std::mt19937 random(11);
  for (std::size_t i = 0; i < 2 * names.size(); ++i) {
    const auto& name = names[i % names.size()];
    auto damaged = sound.at(name);
    const auto at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    overwrite(site() / name, damaged);
    SCOPED_TRACE(name + ", byte " + std::to_string(at));
    const Ran ran = verify();
    EXPECT_NE(ran.code, 0) << ran.out;
    if (name != "log.vkey" && name != "checkpoint" && name != "polls.json") {
      // Hashes that no bundle has a record for show in those above them, and at the right edge in the root.
      const auto folder = name.starts_with("tile/") ? "tile/" : name.substr(0, name.rfind('/'));
      EXPECT_THAT(places(ran), Contains(AnyOf(HasSubstr(folder), HasSubstr(" position "), "C1 checkpoint")))
          << ran.out;
    }
    overwrite(site() / name, sound.at(name));
  }
  const std::string records = "polls/poll-300/records.ndjson";
  for (int i = 0; i < 12; ++i) {
    std::vector<std::string> lines;
    std::istringstream in(sound.at(records));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    const auto one = random() % lines.size();
    const auto other = (one + 1 + random() % (lines.size() - 1)) % lines.size();
    switch (i % 4) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(one));
        break;
      case 1:
        std::swap(lines[one], lines[other]);
        break;
      case 2:
        lines[one] = lines[other];
        break;
      default:
        lines.resize(one);
        break;
    }
    std::string damaged;
    for (const auto& line : lines) damaged += line + "\n";
    overwrite(site() / records, damaged);
    SCOPED_TRACE("damage " + std::to_string(i % 4) + " at line " + std::to_string(one));
    const Ran ran = verify();
    EXPECT_EQ(ran.code, exit_differences) << ran.out;
    EXPECT_THAT(places(ran), Contains(AnyOf(HasSubstr("position "), HasSubstr("polls/poll-300"))));
    overwrite(site() / records, sound.at(records));
  }
  EXPECT_EQ(verify().code, 0);
}

// ---- a real budget

TEST_F(PublicExport, OfARealBudgetIsImportedAgainToTheSameTally) {
  const char* const chosen = std::getenv("STIMMBUCH_DATA_DIR");
  const std::filesystem::path folder = chosen != nullptr ? chosen : STIMMBUCH_DATA_DIR;
  const auto file = folder / "pabulib/Poland_Wieliczka_2023_Green_Budget.pb";
  if (!std::filesystem::exists(file))
    GTEST_SKIP() << "no real data in " << folder << "; set STIMMBUCH_DATA_DIR";
  Served served(data(), "demo", {"--checkpoint-interval", "100ms"});
  ASSERT_EQ(import_file(served, file.string(), "first").code, 0);
  served.stop();
  const auto to = directory_.path() / "result";
  ASSERT_EQ(export_result("first", to).code, 0);
  served.start();
  const Ran again = import_file(served, (to / "ballots.pb").string(), "again");
  EXPECT_EQ(again.code, 0) << again.out;
  const auto options = [&](const std::string& poll) {
    std::map<std::string, std::pair<Json, Json>> counted;
    const Ran tally = run({"tally", poll, "--server", served.url(), "--json"});
    const Json shown = tally.last();
    for (const Json& option : shown["options"]) counted[option["id"]] = {option["votes"], option["score"]};
    return counted;
  };
  EXPECT_EQ(options("again"), options("first"));
  EXPECT_GT(options("first").size(), 10);
}

}  // namespace
}  // namespace stimmbuch::test
