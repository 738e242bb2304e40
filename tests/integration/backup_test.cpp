// `backup` and `restore`.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/log_database.hpp"
#include "support/program.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

class Backup : public testing::Test {
 protected:
  void import_ballots(const Served& served, std::size_t ballots) {
    const auto file = write_budget_file(directory_.path(), ballots);
    const Ran ran =
        run({"import", "pabulib", file, "--server", served.url(), "--token-file",
             served.token_file("operator").string(), "--poll", "poll-" + std::to_string(ballots)});
    ASSERT_EQ(ran.code, 0) << ran.err;
  }
  void serve_and_import(std::size_t ballots) {
    Served served(data(), "demo");
    import_ballots(served, ballots);
    served.stop();
  }
  Ran back_up() { return run({"backup", copy().string(), "--data", data().string(), "--json"}); }
  Ran restore(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"restore", copy().string(), "--data", data().string(), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::string log() const {
    const Ran ran = run({"log", "cat", "--data", data().string()});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }
  Ran audit(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"audit",  "verify",     "--data", data().string(),
                                   "--json", "--progress", "none"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  // The disk is lost; the key file lies elsewhere.
  void lose_data() const { std::filesystem::remove_all(data()); }

  // What was written behind the copy is given up; `newest` keeps the last checkpoint that covered it.
  Ran lose_and_accept() {
    std::filesystem::copy(data() / "checkpoint", newest());
    lose_data();
    return restore({"--checkpoint", newest().string(), "--accept-loss", "--origin", "new.example/log"});
  }

  std::filesystem::path newest() const { return directory_.path() / "newest"; }
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path copy() const { return directory_.path() / "copy"; }

  TemporaryDirectory directory_;
};

TEST_F(Backup, OfAServedDirectoryIsRestoredByteForByte) {
  std::string before;
  {
    Served served(data(), "demo", {"--checkpoint-interval", "100ms"});
    SmallVote vote(served);
    vote.join("ada");
    vote.vote("ada", "oak");
    import_ballots(served, 200);
    const Ran made = back_up();
    ASSERT_EQ(made.code, 0) << made.err;
    before = log();
    served.kill();
  }
  for (const auto* const name : {"log", "vault", "checkpoint", "log.vkey", "manifest.json"})
    EXPECT_TRUE(std::filesystem::exists(copy() / name)) << name;
  for (const auto* const name : {"views", "index", "head"})
    EXPECT_FALSE(std::filesystem::exists(copy() / name)) << name;
  lose_data();
  const auto erasures = data().string() + ".erasures";
  std::ofstream(erasures) << "kept";
  const Ran restored = restore();
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(content(erasures), "kept");
  EXPECT_FALSE(std::filesystem::exists(data() / "log.vkey"));
  Served served(data(), "demo");
  EXPECT_EQ(log(), before);
  // Secrets and texts are there, too: the same citizen votes again.
  const auto port = static_cast<std::uint16_t>(std::stoi(served.url().substr(served.url().rfind(':') + 1)));
  const auto token =
      run({"token", "--data", data().string(), "--role", "citizen", "--subject", "ada"}).lines().at(0);
  const auto me =
      HttpClient::tcp(port).request("GET", "/v1/me", {}, "Authorization: Bearer " + token + "\r\n");
  EXPECT_THAT(me.body, HasSubstr(R"("name":"ada")"));
  EXPECT_EQ(audit().code, 0);
}

// While citizens register, which writes rows and records.
TEST_F(Backup, IsAsOfOneRecordWhateverIsWrittenMeanwhile) {
  Served served(data(), "demo", {"--checkpoint-interval", "50ms"});
  SmallVote vote(served);
  std::atomic<bool> enough = false;
  std::thread crowd([&] {
    for (int i = 0; !enough; ++i) vote.join("citizen-" + std::to_string(i));
  });
  std::vector<std::string> heads;
  for (int i = 0; i < 3; ++i) {
    const auto to = directory_.path() / ("copy-" + std::to_string(i));
    const Ran made = run({"backup", to.string(), "--data", data().string(), "--json"});
    EXPECT_EQ(made.code, 0) << made.err;
    heads.push_back(made.last().value("head", ""));
  }
  enough = true;
  crowd.join();
  served.stop();
  for (int i = 0; i < 3; ++i) {
    const auto to = directory_.path() / ("restored-" + std::to_string(i));
    std::filesystem::copy(data().string() + ".keys", to.string() + ".keys");
    const Ran restored =
        run({"restore", (directory_.path() / ("copy-" + std::to_string(i))).string(), "--data", to.string()});
    ASSERT_EQ(restored.code, 0) << restored.err;
    Served again(to, "demo");
    const Ran head = run({"log", "head", "--data", to.string()});
    EXPECT_EQ(head.lines().at(0), heads[static_cast<std::size_t>(i)]);
    // Whoever has a record has an identity, and the other way round: nobody is registered by halves.
    SmallVote more(again, "bench-2");
    more.join("citizen-0");
    more.join("somebody-new");
    more.vote("citizen-0", "oak");
  }
}

TEST_F(Backup, OfAStoppedDirectoryIsTheSame) {
  serve_and_import(50);
  ASSERT_EQ(back_up().code, 0);
  EXPECT_EQ(back_up().code, 2);  // is there already
  const auto before = log();
  EXPECT_EQ(restore().code, 2);  // the data are there
  EXPECT_EQ(log(), before);
  lose_data();
  ASSERT_EQ(restore().code, 0);
  EXPECT_EQ(log(), before);
}

TEST_F(Backup, ThatIsBehindWhatWasSignedIsRefused) {
  serve_and_import(50);
  ASSERT_EQ(back_up().code, 0);
  serve_and_import(60);
  std::filesystem::copy(data() / "checkpoint", newest());
  lose_data();
  const Ran by_file = restore({"--checkpoint", newest().string()});
  EXPECT_EQ(by_file.code, exit_differences);
  EXPECT_THAT(by_file.err, HasSubstr("are missing"));
  EXPECT_FALSE(std::filesystem::exists(data()));
  std::filesystem::create_directory(data());
  std::filesystem::copy(newest(), data() / "checkpoint");
  const Ran by_target = restore();
  EXPECT_EQ(by_target.code, exit_differences);
  EXPECT_EQ(content(data() / "checkpoint"), content(newest()));
  // Somebody else's checkpoint says nothing of this log.
  {
    Served other(directory_.path() / "other", "demo");
    other.stop();
  }
  const Ran foreign =
      restore({"--checkpoint", (directory_.path() / "other/checkpoint").string(), "--accept-loss"});
  EXPECT_EQ(foreign.code, exit_differences);
}

TEST_F(Backup, WhoseLossIsAcceptedGoesOnAsANewLogThatSaysSo) {
  serve_and_import(50);
  ASSERT_EQ(back_up().code, 0);
  const auto kept = directory_.path() / "kept";
  std::filesystem::copy(data() / "checkpoint", kept);
  serve_and_import(60);
  const Ran restored = lose_and_accept();
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(restored.last()["new_origin"], "new.example/log");
  EXPECT_GT(restored.last()["lost"].get<int>(), 60);
  EXPECT_EQ(content(data() / "checkpoint.lost"), content(newest()));
  EXPECT_THAT(content(data() / "checkpoint"), testing::StartsWith("new.example/log\n"));
  serve_and_import(70);
  EXPECT_THAT(log(), HasSubstr(R"("type":"ledger.restored.v1")"));
  // The past is as it was signed; what is missing is told.
  const Ran good = audit({"--since", kept.string()});
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_THAT(good.last()["notices"].dump(), HasSubstr("records were lost"));
  const Ran lost = audit({"--since", newest().string()});
  EXPECT_EQ(lost.code, exit_differences);
  const auto exported = directory_.path() / "exported";
  ASSERT_EQ(run({"log", "export", exported.string(), "--data", data().string()}).code, 0);
  EXPECT_EQ(run({"audit", "verify", "--export", exported.string()}).code, 0);
  ChildProcess script({"/usr/bin/python3", STIMMBUCH_SOURCE_DIR "/tools/verify.py", exported.string()},
                      {{"PATH", std::getenv("PATH")}});
  EXPECT_EQ(script.wait(), 0) << script.out();
  // Its key changes as any.
  ASSERT_EQ(run({"log", "rotate-key", "--data", data().string(), "--disk-floor-mib", "0"}).code, 0);
  EXPECT_EQ(audit().code, 0);
}

// With the disk the list of erasures is lost, too; the key file lies elsewhere.
TEST_F(Backup, ThatARotationMadeIsRestoredWhenAllElseIsLost) {
  const auto backups = directory_.path() / "backups";
  const std::vector<std::string> with_backups{"--checkpoint-interval", "100ms", "--rotation-backup",
                                              backups.string()};
  const auto sweep = [&] { return run({"vault", "sweep", "--data", data().string(), "--json"}); };
  const auto count_of = [&](const std::string& type) {
    const auto records = log();
    int count = 0;
    for (auto at = records.find(type); at != std::string::npos; at = records.find(type, at + 1)) ++count;
    return count;
  };
  std::string made;
  {
    std::filesystem::create_directory(backups);
    Served served(data(), "demo", with_backups);
    SmallVote vote(served, R"("objection_days":0,)");
    for (const auto* const name : {"ada", "bob"}) {
      vote.join(name);
      vote.vote(name, "oak");
    }
    vote.close_and_count();
    vote.certify();
    ASSERT_EQ(run({"vault", "rotate", "--data", data().string()}).code, 0);  // one that is replaced
    vote.erase("bob");
    const Ran swept = sweep();
    ASSERT_EQ(swept.code, 0) << swept.out << swept.err;
    made = swept.last().value("backup", "");
    EXPECT_EQ(count_of("citizen.erased.v1"), 1);
    served.stop();
    std::filesystem::copy(data() / "checkpoint", newest());
  }
  std::vector<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(backups)) there.push_back(entry.path());
  EXPECT_THAT(there, testing::ElementsAre(made));
  lose_data();
  std::filesystem::remove(data().string() + ".erasures");
  const Ran restored = run({"restore", made, "--data", data().string(), "--checkpoint", newest().string(),
                            "--accept-loss", "--origin", "new.example/log"});
  ASSERT_EQ(restored.code, 0) << restored.err;
  Served served(data(), "demo", with_backups);
  // It is as of before the log said what was destroyed, and says so now; the secret of the poll went at the
  // first rotation already.
  const Ran swept = sweep();
  ASSERT_EQ(swept.code, 0) << swept.out << swept.err;
  EXPECT_EQ(count_of("citizen.erased.v1"), 1);
  EXPECT_EQ(count_of("poll.secret-destroyed.v1"), 1);
  SmallVote more(served, {}, "bench-2");
  EXPECT_THAT(more.get("/v1/me", "ada").body, HasSubstr(R"("name":"ada")"));
  EXPECT_EQ(more.get("/v1/me", "bob").status, 404);
  const Ran good = audit();
  EXPECT_EQ(good.code, 0) << good.out;
  EXPECT_FALSE(std::filesystem::exists(data().string() + ".part.erasures"));
}

// The same where the secret of a poll went with the rotation that made the backup.
TEST_F(Backup, ThatARotationMadeLacksNoRecordOfADestroyedSecret) {
  const auto backups = directory_.path() / "backups";
  std::filesystem::create_directory(backups);
  const auto sweep = [&] {
    return run(
        {"vault", "sweep", "--data", data().string(), "--rotation-backup", backups.string(), "--json"});
  };
  {
    Served served(data(), "demo");
    SmallVote vote(served, R"("objection_days":0,)");
    vote.join("ada");
    vote.vote("ada", "oak");
    vote.close_and_count();
    vote.certify();
    served.stop();
  }
  const Ran first = sweep();  // nobody serves
  ASSERT_EQ(first.code, 0) << first.out << first.err;
  ASSERT_EQ(first.last().value("secrets", 0), 1);
  for (const bool with_list : {true, false}) {
    SCOPED_TRACE(with_list);
    lose_data();
    if (!with_list) std::filesystem::remove(data().string() + ".erasures");
    const auto made = std::filesystem::directory_iterator(backups)->path().string();
    ASSERT_EQ(run({"restore", made, "--data", data().string()}).code, 0);
    EXPECT_THAT(log(), testing::Not(HasSubstr("poll.secret-destroyed.v1")));
    const Ran again = sweep();
    ASSERT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_EQ(again.last().value("secrets", 0), 1);
    EXPECT_THAT(log(), HasSubstr("poll.secret-destroyed.v1"));
  }
}

TEST_F(Backup, OfARotationNeedsAPlaceOfItsOwn) {
  serve_and_import(50);
  const auto key_file = data().string() + ".keys";
  const auto before = content(key_file);
  const auto refusal = [&](const std::filesystem::path& place) {
    const Ran ran = run({"vault", "rotate", "--data", data().string(), "--rotation-backup", place.string()});
    EXPECT_EQ(ran.code, 2) << place;
    return ran.err;
  };
  EXPECT_THAT(refusal(directory_.path() / "not-mounted"), HasSubstr("mount or make it"));
  std::filesystem::create_directory(data() / "inside");
  EXPECT_THAT(refusal(data() / "inside"), HasSubstr("in the data directory"));
  EXPECT_THAT(refusal(directory_.path()), HasSubstr("the key file"));
  EXPECT_EQ(content(key_file), before);
}

// A list that was there before is that of the new log, too.
TEST_F(Backup, WhoseLossIsAcceptedKeepsTheListOfErasures) {
  {
    Served served(data(), "demo", {"--checkpoint-interval", "50ms"});
    SmallVote vote(served);
    for (const auto* const name : {"ada", "bob", "cleo"}) vote.join(name);
    for (const auto* const name : {"cleo", "ada"}) {
      vote.erase(name);
      ASSERT_EQ(run({"vault", "sweep", "--data", data().string()}).code, 0);
    }
    served.stop();
  }
  ASSERT_EQ(back_up().code, 0);
  const auto list = content(data().string() + ".erasures");
  serve_and_import(5);
  const Ran restored = lose_and_accept();
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(content(data().string() + ".erasures"), list);
  EXPECT_FALSE(std::filesystem::exists(data().string() + ".part.erasures"));
  Served served(data(), "demo");
  SmallVote more(served, {}, "bench-2");
  EXPECT_THAT(more.get("/v1/me", "bob").body, HasSubstr(R"("name":"bob")"));
  EXPECT_EQ(more.get("/v1/me", "ada").status, 404);
}

TEST_F(Backup, ThatIsDamagedIsNotRestored) {
  serve_and_import(50);
  ASSERT_EQ(back_up().code, 0);
  lose_data();
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(copy()))
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  std::mt19937 random(5);
  for (const auto& file : files) {
    const auto sound = content(file);
    auto damaged = sound;
    const auto at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    overwrite(file, damaged);
    const Ran ran = restore();
    EXPECT_EQ(ran.code, exit_differences) << file << ", byte " << at;
    EXPECT_FALSE(std::filesystem::exists(data()));
    std::filesystem::remove(file);
    EXPECT_NE(restore().code, 0) << file;
    overwrite(file, sound);
  }
  EXPECT_EQ(restore().code, 0);
  EXPECT_EQ(run({"restore", (directory_.path() / "nothing").string(), "--data",
                 (directory_.path() / "somewhere").string()})
                .code,
            5);
}

TEST_F(Backup, OfADamagedLedgerIsNotMade) {
  serve_and_import(50);
  const auto tables = flush_to_tables(data() / "log");
  ASSERT_FALSE(tables.empty());
  auto bytes = content(tables.front());
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  overwrite(tables.front(), bytes);
  EXPECT_NE(back_up().code, 0);
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

}  // namespace
}  // namespace stimmbuch::test
