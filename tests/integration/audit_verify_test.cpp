// `audit verify`: passes what the engine wrote, and names the place of every damage.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/tile.hpp"
#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/log_database.hpp"
#include "support/program.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A log of an imported poll, served for a while, and exported.
class AuditVerify : public testing::Test {
 protected:
  void SetUp() override {
    serve_and_import(600);
    ASSERT_EQ(run({"log", "export", exported().string(), "--data", data().string()}).code, 0);
  }

  void serve_and_import(std::size_t ballots) {
    Served served(data(), "demo");
    const auto file = write_budget_file(directory_.path(), ballots);
    const Ran ran =
        run({"import", "pabulib", file, "--server", served.url(), "--token-file",
             served.token_file("operator").string(), "--poll", "poll-" + std::to_string(ballots)});
    ASSERT_EQ(ran.code, 0) << ran.err;
    served.stop();
  }
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path exported() const { return directory_.path() / "exported"; }

  static Ran verify(const std::filesystem::path& log, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"audit",  "verify",     "--export", log.string(),
                                   "--json", "--progress", "none"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  Ran verify_data() {
    return run({"audit", "verify", "--data", data().string(), "--json", "--progress", "none"});
  }

  // The check that shares no code with the engine.
  static Ran second_program(const std::filesystem::path& log) {
    ChildProcess child({"/usr/bin/python3", STIMMBUCH_VERIFY_PY, log.string()},
                       {{"HOME", "/nonexistent"}, {"PATH", "/usr/bin:/bin"}});
    const int code = child.wait(std::chrono::seconds{60});
    return {code, child.out(), child.err()};
  }

  // The places of what was found.
  static std::vector<std::string> places(const Ran& ran) {
    std::vector<std::string> places;
    const Json report = ran.last();
    for (const Json& check : report.value("checks", Json::array()))
      for (const Json& finding : check["findings"])
        places.push_back(check["check"].get<std::string>() + " " + finding["where"].get<std::string>());
    return places;
  }
  static std::string verdict(const Ran& ran, std::string_view check) {
    const Json report = ran.last();
    for (const Json& one : report.value("checks", Json::array()))
      if (one["check"] == check) return one["result"];
    return {};
  }

  TemporaryDirectory directory_;
};

TEST_F(AuditVerify, PassesWhatTheEngineWrote) {
  const Ran files = verify(exported());
  EXPECT_EQ(files.code, 0) << files.err;
  EXPECT_THAT(places(files), IsEmpty());
  EXPECT_EQ(files.last()["passed"], true);
  EXPECT_EQ(verdict(files, "C1"), "PASS");
  EXPECT_EQ(verdict(files, "E1"), "PASS");
  EXPECT_EQ(verdict(files, "F2"), "PASS");
  EXPECT_EQ(verdict(files, "F3"), "SKIPPED");
  EXPECT_EQ(verdict(files, "F4"), "SKIPPED");
  const Ran directory = verify_data();
  EXPECT_EQ(directory.code, 0) << directory.err;
  EXPECT_EQ(verdict(directory, "F3"), "PASS");
  EXPECT_EQ(directory.last()["root"], files.last()["root"]);
  Served served(data(), "demo");
  const Ran server = run({"audit", "verify", "--server", served.url(), "--token-file",
                          served.token_file("auditor").string(), "--json", "--progress", "none"});
  EXPECT_EQ(server.code, 0) << server.err;
  EXPECT_EQ(verdict(server, "F3"), "PASS");
  EXPECT_EQ(verdict(server, "F4"), "PASS");
  EXPECT_EQ(run({"audit", "verify", "--server", served.url()}).code, 12);
}

// Seals, roll and openings are made again, from the engine's own files and from exported ones.
TEST_F(AuditVerify, PassesASealedPollWithItsRollAndOpenings) {
  EXPECT_EQ(verdict(verify(exported()), "E2"), "SKIPPED") << "imported polls have no roll";
  EXPECT_EQ(verdict(verify(exported()), "F1"), "SKIPPED");
  {
    Served served(data(), "demo");
    SmallVote vote(served, R"("results":"after_close",)");
    for (const auto* const citizen : {"cora", "dora", "emil"}) vote.join(citizen);
    vote.vote("cora", "oak");
    vote.vote("cora", "steel");
    vote.vote("dora", "steel");
    vote.close_and_count();
    served.stop();
  }
  const Ran directory = verify_data();
  EXPECT_EQ(directory.code, 0) << directory.err << directory.out;
  for (const auto* const check : {"E1", "E2", "F1", "F2", "F3"})
    EXPECT_EQ(verdict(directory, check), "PASS") << check;
  const auto files = directory_.path() / "newer";
  ASSERT_EQ(run({"log", "export", files.string(), "--data", data().string()}).code, 0);
  const Ran exported_again = verify(files);
  EXPECT_EQ(exported_again.code, 0) << exported_again.err;
  for (const auto* const check : {"E2", "F1", "F2"})
    EXPECT_EQ(verdict(exported_again, check), "PASS") << check;
  const Ran second = second_program(files);
  EXPECT_EQ(second.code, 0) << second.out << second.err;
}

TEST_F(AuditVerify, RecountsTheResultsOfASurvey) {
  const auto town = directory_.path() / "town";
  ASSERT_EQ(run({"bench", "survey", "--answers", "60", "--data", town.string(), "--progress", "none"}).code,
            0);
  const Ran ran = run({"audit", "verify", "--data", town.string(), "--json", "--progress", "none"});
  EXPECT_EQ(ran.code, 0) << ran.err << ran.out;
  EXPECT_EQ(verdict(ran, "F4"), "PASS");
}

TEST_F(AuditVerify, NamesWhatIsMissing) {
  std::filesystem::remove(exported() / "tile/0/001");
  EXPECT_THAT(places(verify(exported())), testing::ElementsAre("A1 tile/0/001"));
  std::filesystem::remove(exported() / "tile/entries/001");
  const Ran records = verify(exported());
  EXPECT_EQ(records.code, exit_differences);
  EXPECT_THAT(places(records), testing::ElementsAre("A1 tile/entries/001"));
  EXPECT_EQ(verdict(records, "E1"), "SKIPPED");
  std::filesystem::remove(exported() / "checkpoint");
  EXPECT_EQ(verify(exported()).code, 5);
}

// Every bit that is flipped anywhere is found, and named by its file or its record.
TEST_F(AuditVerify, FindsEveryFlippedBit) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(exported()))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    const auto& file = files[static_cast<std::size_t>(i) % files.size()];
    const auto sound = content(file);
    auto damaged = sound;
    const auto at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    overwrite(file, damaged);
    const auto name = std::filesystem::relative(file, exported()).string();
    SCOPED_TRACE(name + ", byte " + std::to_string(at));
    const Ran ran = verify(exported());
    EXPECT_EQ(ran.code, exit_differences) << ran.out;
    if (name.starts_with("tile/0/")) {
      const auto position = 256 * std::stoul(name.substr(7, 3)) + at / 32 + 1;
      EXPECT_THAT(places(ran), Contains("C1 position " + std::to_string(position)));
    } else if (name.starts_with("tile/entries/")) {
      EXPECT_THAT(places(ran), Contains(AnyOf(HasSubstr("position "), HasSubstr("A1 " + name))));
    } else if (name.starts_with("tile/")) {
      EXPECT_THAT(places(ran), Contains("C1 " + name));
    } else {
      EXPECT_THAT(ran.out, AnyOf(HasSubstr("checkpoint"), HasSubstr("log.vkey"))) << ran.out;
    }
    overwrite(file, sound);
  }
  EXPECT_EQ(verify(exported()).code, 0);
}

// Records are left out, exchanged, repeated, or the file ends early.
TEST_F(AuditVerify, FindsRecordsThatWereMoved) {
  std::mt19937 random(8);
  for (int i = 0; i < 40; ++i) {
    const auto name = "tile/entries/00" + std::to_string(random() % 2);
    const auto file = exported() / name;
    const auto sound = content(file);
    std::vector<std::string> records;
    const auto entries = tlog::entries_of(sound).value();
    for (const auto entry : entries) records.emplace_back(entry);
    const auto one = random() % records.size();
    const auto other = (one + 1 + random() % (records.size() - 1)) % records.size();
    std::string damaged;
    switch (i % 4) {
      case 0:
        records.erase(records.begin() + static_cast<std::ptrdiff_t>(one));
        break;
      case 1:
        std::swap(records[one], records[other]);
        break;
      case 2:
        records[one] = records[other];
        break;
      default:
        break;
    }
    for (const auto& record : records) tlog::append_entry(damaged, record);
    if (i % 4 == 3) damaged.resize(random() % damaged.size());
    overwrite(file, damaged);
    SCOPED_TRACE(name + ", damage " + std::to_string(i % 4) + " at " + std::to_string(one));
    const Ran ran = verify(exported());
    EXPECT_EQ(ran.code, exit_differences) << ran.out;
    EXPECT_THAT(places(ran), Contains(AnyOf(HasSubstr("C1 position "), HasSubstr("A1 " + name))));
    overwrite(file, sound);
  }
  EXPECT_EQ(verify(exported()).code, 0);
}

// Somebody who has the disk, but not the log's key.
TEST_F(AuditVerify, NamesTheRecordThatWasAlteredInTheDatabase) {
  const std::uint64_t position = 400;
  change_database(data() / "log", [](rocksdb::DB& db, const ColumnFamilies& families) {
    auto* const records = family(families, "default");
    std::string key(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) key[7 - i] = static_cast<char>(position >> (8 * i));
    std::string record;
    ASSERT_TRUE(db.Get({}, records, key, &record).ok());
    // The same ballot with another choice, canonically written.
    const auto choice = record.find("\"choices\":[\"") + 12;
    record[choice] = record[choice] == '1' ? '2' : '1';
    ASSERT_TRUE(db.Put({}, records, key, record).ok());
  });
  const Ran ran = verify_data();
  EXPECT_EQ(ran.code, exit_differences) << ran.err;
  EXPECT_THAT(places(ran), Contains("C1 position 400"));
  EXPECT_THAT(places(ran), Not(Contains("C1 position 399")));
  EXPECT_EQ(verdict(ran, "F2"), "FAIL");
}

std::string key_of(std::uint64_t position) {
  std::string key(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) key[7 - i] = static_cast<char>(position >> (8 * i));
  return key;
}

// Records are altered, left out, exchanged, repeated or cut off in the database of a log that nobody serves.
TEST_F(AuditVerify, FindsEveryDamageOfTheDatabase) {
  const auto head = std::stoull(run({"log", "head", "--data", data().string()}).lines().at(0));
  std::mt19937 random(9);
  for (int i = 0; i < 25; ++i) {
    const auto copy = directory_.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
    std::filesystem::copy(data().string() + ".keys", copy.string() + ".keys",
                          std::filesystem::copy_options::overwrite_existing);
    const auto one = 2 + random() % (head - 2);
    const auto other = one == 2 ? 3 : one - 1;
    SCOPED_TRACE("damage " + std::to_string(i % 5) + " at position " + std::to_string(one));
    change_database(copy / "log", [&](rocksdb::DB& db, const ColumnFamilies& families) {
      auto* const records = family(families, "default");
      std::string first;
      std::string second;
      ASSERT_TRUE(db.Get({}, records, key_of(one), &first).ok());
      ASSERT_TRUE(db.Get({}, records, key_of(other), &second).ok());
      switch (i % 5) {
        case 0: {
          const auto at = random() % first.size();
          first[at] = static_cast<char>(first[at] ^ (1 << random() % 8));
          ASSERT_TRUE(db.Put({}, records, key_of(one), first).ok());
          break;
        }
        case 1:
          ASSERT_TRUE(db.Delete({}, records, key_of(one)).ok());
          break;
        case 2:
          ASSERT_TRUE(db.Put({}, records, key_of(one), second).ok());
          ASSERT_TRUE(db.Put({}, records, key_of(other), first).ok());
          break;
        case 3:
          ASSERT_TRUE(db.Put({}, records, key_of(one), second).ok());
          break;
        default:
          for (auto position = one; position <= head; ++position)
            ASSERT_TRUE(db.Delete({}, records, key_of(position)).ok());
          break;
      }
    });
    const Ran ran = run({"audit", "verify", "--data", copy.string(), "--json", "--progress", "none"});
    EXPECT_NE(ran.code, 0) << ran.out;
    const auto named = [&](std::uint64_t position) {
      return HasSubstr("position " + std::to_string(position));
    };
    EXPECT_THAT(ran.out + ran.err, AnyOf(named(one), named(other)));
  }
}

// Any bit of the files that have the records.
TEST_F(AuditVerify, FindsEveryFlippedBitOfTheDatabasesFiles) {
  const auto tables = flush_to_tables(data() / "log");
  ASSERT_FALSE(tables.empty());
  std::mt19937 random(10);
  for (int i = 0; i < 12; ++i) {
    const auto copy = directory_.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
    std::filesystem::copy(data().string() + ".keys", copy.string() + ".keys",
                          std::filesystem::copy_options::overwrite_existing);
    const auto file = copy / "log" / tables.front().filename();
    auto bytes = content(file);
    const auto at = random() % (bytes.size() / 2);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    overwrite(file, bytes);
    SCOPED_TRACE(file.filename().string() + ", byte " + std::to_string(at));
    const Ran ran = run({"audit", "verify", "--data", copy.string(), "--json", "--progress", "none"});
    EXPECT_NE(ran.code, 0) << ran.out;
    EXPECT_THAT(ran.out + ran.err, HasSubstr("position ")) << ran.err;
  }
}

TEST_F(AuditVerify, HoldsALogAgainstAnEarlierCheckpoint) {
  const auto kept = directory_.path() / "kept";
  std::filesystem::copy(exported() / "checkpoint", kept);
  EXPECT_EQ(verdict(verify(exported()), "C2"), "SKIPPED");
  EXPECT_EQ(verdict(verify(exported(), {"--since", kept.string()}), "C2"), "PASS");
  serve_and_import(50);
  const Ran later = run({"audit", "verify", "--data", data().string(), "--since", kept.string(), "--json"});
  EXPECT_EQ(later.code, 0) << later.err;
  EXPECT_EQ(verdict(later, "C2"), "PASS");
  // The other way round: the log that was exported has fewer records than it had signed.
  ASSERT_EQ(run({"log", "export", (directory_.path() / "newer").string(), "--data", data().string()}).code,
            0);
  const Ran back = verify(exported(), {"--since", (directory_.path() / "newer/checkpoint").string()});
  EXPECT_EQ(back.code, exit_differences);
  EXPECT_EQ(verdict(back, "C2"), "FAIL");
  EXPECT_EQ(verify(exported(), {"--since", "/nonexistent"}).code, 2);
}

TEST_F(AuditVerify, WritesAPageForPeople) {
  const auto page = directory_.path() / "report.html";
  ASSERT_EQ(verify(exported(), {"--html", page.string()}).code, 0);
  const auto html = content(page);
  EXPECT_THAT(html, testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(html, HasSubstr(": passed</h1>"));
  EXPECT_THAT(html, HasSubstr("poll-600"));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
}

}  // namespace
}  // namespace stimmbuch::test
