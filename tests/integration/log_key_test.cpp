// The log's key changes while people verify.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/program.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

class LogKey : public testing::Test {
 protected:
  void import_ballots(const Served& served, std::size_t ballots) {
    const auto file = write_budget_file(directory_.path(), ballots);
    const Ran ran =
        run({"import", "pabulib", file, "--server", served.url(), "--token-file",
             served.token_file("operator").string(), "--poll", "poll-" + std::to_string(ballots)});
    ASSERT_EQ(ran.code, 0) << ran.err;
  }
  Ran rotate(const std::string& both_for = "30d") {
    return run({"log", "rotate-key", "--data", data().string(), "--both-for", both_for, "--disk-floor-mib",
                "0", "--json"});
  }
  Ran export_log(const std::filesystem::path& to, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"log", "export", to.string(), "--data", data().string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  static Ran verify(const std::filesystem::path& log, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"audit",  "verify",     "--export", log.string(),
                                   "--json", "--progress", "none"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  static int check_by_script(const std::filesystem::path& log) {
    ChildProcess script({"/usr/bin/python3", STIMMBUCH_SOURCE_DIR "/tools/verify.py", log.string()},
                        {{"PATH", std::getenv("PATH")}});
    return script.wait();
  }
  static tlog::VerifierKey key_in(const std::filesystem::path& log) {
    return tlog::VerifierKey::parse(content(log / "log.vkey")).value();
  }

  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path all() const { return directory_.path() / "all"; }
  std::filesystem::path site() const { return directory_.path() / "site"; }

  TemporaryDirectory directory_;
};

TEST_F(LogKey, ChangesWhileTheLogIsServedAndAuditsFollow) {
  Served served(data(), "demo", {"--checkpoint-interval", "50ms"});
  import_ballots(served, 30);
  served.stop();
  ASSERT_EQ(export_log(all()).code, 0);
  ASSERT_EQ(export_log(site(), {"--public"}).code, 0);
  const auto old_key = key_in(all());
  const auto kept = directory_.path() / "kept";
  std::filesystem::copy(all() / "checkpoint", kept);

  served.start();
  const Ran changed = rotate();
  ASSERT_EQ(changed.code, 0) << changed.err;
  import_ballots(served, 40);
  served.stop();
  served.start();  // with the seed from the vault
  import_ballots(served, 50);
  served.stop();

  for (const auto& to : {all(), site()}) {
    const Ran more = to == all() ? export_log(to) : export_log(to, {"--public"});
    ASSERT_EQ(more.code, 0) << more.err;
    EXPECT_EQ(key_in(to).text(), changed.last()["vkey"]);
    const auto keys = tlog::parse_key_chain(content(to / "log.keys")).value();
    EXPECT_EQ(keys.first().text(), old_key.text());
    // Both sign.
    EXPECT_TRUE(tlog::open_checkpoint(content(to / "checkpoint"), old_key));
    EXPECT_TRUE(tlog::open_checkpoint(content(to / "checkpoint"), keys.newest()));
    const Ran audit = verify(to, {"--since", kept.string()});
    EXPECT_EQ(audit.code, 0) << audit.out;
  }
  EXPECT_EQ(check_by_script(all()), 0);
  EXPECT_EQ(run({"audit", "verify", "--data", data().string()}).code, 0);
}

TEST_F(LogKey, OfBeforeSignsNoMoreWhenItsTimeIsOver) {
  {
    Served served(data(), "demo");
    import_ballots(served, 30);
    served.stop();
  }
  ASSERT_EQ(export_log(all()).code, 0);
  const auto old_key = key_in(all());
  ASSERT_EQ(rotate("0s").code, 0);  // nobody serves the directory
  ASSERT_EQ(rotate("0s").code, 0);
  ASSERT_EQ(export_log(all()).code, 0);
  EXPECT_FALSE(tlog::open_checkpoint(content(all() / "checkpoint"), old_key));
  EXPECT_EQ(tlog::parse_key_chain(content(all() / "log.keys")).value().all().size(), 3);
  EXPECT_EQ(verify(all()).code, 0);
  EXPECT_EQ(check_by_script(all()), 0);
}

// Without the chain, or with one that another key signed, nobody follows.
TEST_F(LogKey, IsFollowedOnlyWhereTheKeyBeforeSigned) {
  {
    Served served(data(), "demo");
    import_ballots(served, 30);
    served.stop();
  }
  ASSERT_EQ(rotate("0s").code, 0);
  ASSERT_EQ(export_log(all()).code, 0);
  const auto chain = content(all() / "log.keys");
  std::filesystem::remove(all() / "log.keys");
  const Ran without = verify(all());
  EXPECT_EQ(without.code, exit_differences);
  EXPECT_THAT(without.out, HasSubstr("position 1"));
  for (std::size_t at = 0; at < chain.size(); at += 19) {
    auto damaged = chain;
    damaged[at] = static_cast<char>(damaged[at] ^ 2);
    overwrite(all() / "log.keys", damaged);
    EXPECT_EQ(verify(all()).code, exit_differences) << at;
  }
  overwrite(all() / "log.keys", chain);
  EXPECT_EQ(verify(all()).code, 0);
}

TEST_F(LogKey, OfReceiptsIsAnyOfTheChain) {
  Served served(data(), "demo", {"--checkpoint-interval", "1h"});
  SmallVote vote(served);
  vote.join("ada");
  vote.vote("ada", "oak");
  const auto save = [&](const std::string& name) {
    const auto file = directory_.path() / name;
    overwrite(file, vote.get("/v1/me/ballots/bench/receipt", "ada").body);
    return file.string();
  };
  const auto old_key = directory_.path() / "old.vkey";
  ASSERT_EQ(export_log(all()).code, 0);
  std::filesystem::copy(all() / "log.vkey", old_key);
  const auto before = save("before");
  ASSERT_EQ(rotate().code, 0);
  const auto during = save("during");
  ASSERT_EQ(rotate("0s").code, 0);
  vote.vote("ada", "steel");
  const auto after = save("after");
  served.stop();
  ASSERT_EQ(export_log(all()).code, 0);
  const auto keys = (all() / "log.keys").string();
  for (const auto& receipt : {before, during, after})
    EXPECT_EQ(run({"audit", "proof", receipt, "--key", keys}).code, 0) << receipt;
  EXPECT_EQ(run({"audit", "proof", before, "--key", old_key.string()}).code, 0);
  EXPECT_EQ(run({"audit", "proof", during, "--key", old_key.string()}).code, 0);
  EXPECT_EQ(run({"audit", "proof", after, "--key", (all() / "log.vkey").string()}).code, 0);
}

TEST_F(LogKey, IsNotChangedWhereItCannotBe) {
  EXPECT_EQ(rotate().code, 10);
  {
    Served served(data(), "demo");
    served.stop();
  }
  EXPECT_EQ(rotate("400d").code, 2);
  EXPECT_EQ(rotate("never").code, 2);
}

}  // namespace
}  // namespace stimmbuch::test
