// The signed log as auditors get it: over HTTP, and as files that `log export` writes.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_client.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"
#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

class LogFilesTest : public testing::Test {
 protected:
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path exported() const { return directory_.path() / "exported"; }

  void import_ballots(const Served& served, std::size_t ballots) {
    const auto file = write_budget_file(directory_.path(), ballots);
    const Ran ran =
        run({"import", "pabulib", file, "--server", served.url(), "--token-file",
             served.token_file("operator").string(), "--poll", "poll-" + std::to_string(ballots)});
    ASSERT_EQ(ran.code, 0) << ran.err;
  }
  HttpReply get(const Served& served, const std::string& target, const std::string& role = {}) {
    std::string lines;
    if (!role.empty()) {
      auto token = content(served.token_file(role));
      token.erase(token.find_last_not_of('\n') + 1);
      lines = "Authorization: Bearer " + token + "\r\n";
    }
    const auto port = static_cast<std::uint16_t>(std::stoi(served.url().substr(served.url().rfind(':') + 1)));
    return HttpClient::tcp(port).request("GET", target, {}, lines);
  }
  Ran export_log() {
    return run({"log", "export", exported().string(), "--data", data().string(), "--json"});
  }

  TemporaryDirectory directory_;
};

TEST_F(LogFilesTest, AreServedToWhoMayReadThem) {
  Served served(data(), "demo", {"--checkpoint-interval", "100ms"});
  import_ballots(served, 600);
  const auto head = run({"log", "head", "--data", data().string()}).lines().at(0);
  const auto key = tlog::VerifierKey::parse(get(served, "/log/log.vkey").body).value();
  HttpReply reply;
  for (int i = 0; i < 100 && !reply.body.contains("\n" + head + "\n"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    reply = get(served, "/log/checkpoint");
  }
  EXPECT_EQ(reply.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.field("Cache-Control"), "public, max-age=5");
  const auto checkpoint = tlog::open_checkpoint(reply.body, key).value().checkpoint;
  EXPECT_EQ(std::to_string(checkpoint.size), head);

  const auto tile = get(served, "/log/tile/0/000");
  EXPECT_EQ(tile.status, 200);
  EXPECT_EQ(tile.body.size(), 8192);
  EXPECT_EQ(tile.field("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(served, "/log/tile/entries/000").status, 401);
  EXPECT_EQ(get(served, "/log/tile/entries/000", "staff").status, 403);
  const auto entries = get(served, "/log/tile/entries/000", "auditor");
  EXPECT_EQ(entries.status, 200);
  EXPECT_EQ(entries.field("Cache-Control"), "private, max-age=31536000, immutable");
  const auto leaves = tlog::hashes_of(tile.body, 256).value();
  const auto records = tlog::entries_of(entries.body).value();
  ASSERT_EQ(records.size(), leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_EQ(tlog::leaf_hash(records[i]), leaves[i]);
  for (const auto* const missing : {"/log/tile/0/999", "/log/tile/0/000.p/0", "/log/tile/x", "/log/other"})
    EXPECT_EQ(get(served, missing).status, 404) << missing;
}

TEST_F(LogFilesTest, AreExportedFromADirectoryServedOrNot) {
  {
    Served served(data(), "demo", {"--checkpoint-interval", "100ms"});
    import_ballots(served, 300);
    served.stop();
  }
  const Ran first = export_log();
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.last()["records"], run({"log", "head", "--data", data().string()}).lines().at(0));
  EXPECT_EQ(first.last()["fetched"], first.last()["files"]);
  Served served(data(), "demo", {"--checkpoint-interval", "100ms"});
  const auto with_token = directory_.path() / "with-token";
  const Ran remote = run({"log", "export", with_token.string(), "--server", served.url(), "--token-file",
                          served.token_file("auditor").string()});
  EXPECT_EQ(remote.code, 0) << remote.err;
  const auto last_bundle =
      "tile/entries/001.p/" + std::to_string(std::stoi(first.last()["records"].get<std::string>()) - 256);
  EXPECT_EQ(content(with_token / last_bundle), content(exported() / last_bundle));
  const auto without = directory_.path() / "without-token";
  EXPECT_EQ(run({"log", "export", without.string(), "--server", served.url()}).code, 12);
  EXPECT_FALSE(std::filesystem::exists(without / "checkpoint"));
}

TEST_F(LogFilesTest, AreFetchedOnce) {
  {
    Served served(data(), "demo");
    import_ballots(served, 300);
    served.stop();
  }
  ASSERT_EQ(export_log().code, 0);
  const auto before = content(exported() / "checkpoint");
  EXPECT_EQ(export_log().last()["fetched"], 0);
  // As after an interruption: what is missing comes again.
  std::filesystem::remove(exported() / "tile/0/000");
  std::filesystem::remove(exported() / "checkpoint");
  EXPECT_EQ(export_log().last()["fetched"], 1);
  EXPECT_EQ(content(exported() / "checkpoint"), before);
  {
    Served served(data(), "demo");
    import_ballots(served, 900);
    served.stop();
  }
  const Ran more = export_log();
  EXPECT_EQ(more.code, 0) << more.err;
  EXPECT_LT(more.last()["fetched"], more.last()["files"]);
  EXPECT_NE(content(exported() / "checkpoint"), before);
}

TEST_F(LogFilesTest, AreNotMixedWithThoseOfAnotherLog) {
  for (const auto* const name : {"data", "other"}) {
    Served served(directory_.path() / name, "demo");
    served.stop();
  }
  ASSERT_EQ(export_log().code, 0);
  const auto before = content(exported() / "checkpoint");
  const Ran other =
      run({"log", "export", exported().string(), "--data", (directory_.path() / "other").string()});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("has another log"));
  EXPECT_EQ(content(exported() / "checkpoint"), before);
}

// A ledger that was put back to an earlier state, and goes on from there.
TEST_F(LogFilesTest, ShowThatALogWentBack) {
  {
    Served served(data(), "demo");
    import_ballots(served, 50);
    served.stop();
  }
  const auto copy = directory_.path() / "copy";
  std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
  std::filesystem::copy(data().string() + ".keys", copy.string() + ".keys");
  {
    Served served(data(), "demo");
    import_ballots(served, 60);
    served.stop();
  }
  ASSERT_EQ(export_log().code, 0);
  const auto before = content(exported() / "checkpoint");
  {
    Served served(copy, "demo");
    served.stop();
  }
  const Ran back = run({"log", "export", exported().string(), "--data", copy.string()});
  EXPECT_EQ(back.code, exit_differences);
  EXPECT_THAT(back.err, HasSubstr("it is evidence"));
  {
    Served served(copy, "demo");
    import_ballots(served, 90);
    served.stop();
  }
  const Ran forked = run({"log", "export", exported().string(), "--data", copy.string()});
  EXPECT_EQ(forked.code, exit_differences);
  EXPECT_THAT(forked.err, HasSubstr("it is evidence"));
  EXPECT_EQ(content(exported() / "checkpoint"), before);
}

// The ledger's files are an older copy's, and the file with the signature is not.
TEST_F(LogFilesTest, KeepALedgerThatWentBackFromBeingServed) {
  {
    Served served(data(), "demo");
    import_ballots(served, 50);
    served.stop();
  }
  const auto old = directory_.path() / "old";
  std::filesystem::copy(data(), old, std::filesystem::copy_options::recursive);
  {
    Served served(data(), "demo");
    import_ballots(served, 60);
    served.stop();
  }
  const auto checkpoint = content(data() / "checkpoint");
  std::filesystem::remove_all(data());
  std::filesystem::rename(old, data());
  std::ofstream(data() / "checkpoint", std::ios::binary) << checkpoint;
  const Ran refused = run({"serve", "--data", data().string(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("but it has signed"));
  EXPECT_THAT(refused.err, HasSubstr("restore a copy"));
}

}  // namespace
}  // namespace stimmbuch::test
