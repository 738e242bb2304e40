// Exported logs before verifiers of others, and before our own second one: good ones pass, damaged ones do
// not.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/budget_file.hpp"
#include "support/files.hpp"
#include "support/program.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

const std::string interop = STIMMBUCH_INTEROP;
// The key of the tests of transparency-dev/tessera; it is public.
const std::string test_signer =
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
const std::string test_vkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

Ran run_other(const std::vector<std::string>& command) {
  ChildProcess child(command, {{"HOME", "/nonexistent"}, {"PATH", "/usr/bin:/bin"}});
  const int code = child.wait(std::chrono::seconds{60});
  return {code, child.out(), child.err()};
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class ExportedLog : public testing::Test {
 protected:
  // A log of imported ballots over three tiles, exported.
  std::filesystem::path exported(const std::string& name) {
    const auto data = directory_.path() / name;
    {
      Served served(data, "demo");
      const auto file = write_budget_file(directory_.path(), 600);
      const Ran ran = run({"import", "pabulib", file, "--server", served.url(), "--token-file",
                           served.token_file("operator").string()});
      EXPECT_EQ(ran.code, 0) << ran.err;
      served.stop();
    }
    const auto log = directory_.path() / (name + "-log");
    EXPECT_EQ(run({"log", "export", log.string(), "--data", data.string()}).code, 0);
    return log;
  }

  static Ran logcheck(const std::filesystem::path& log) {
    return run_other({interop + "/logcheck", "log", log.string()});
  }
  static Ran verify_py(const std::filesystem::path& log) {
    return run_other({"/usr/bin/python3", STIMMBUCH_VERIFY_PY, log.string()});
  }
  static Ran audit(const std::filesystem::path& log) {
    return run({"audit", "verify", "--export", log.string(), "--json", "--progress", "none"});
  }
  // What an audit says of one check.
  static std::string verdict(const Ran& ran, std::string_view check) {
    const Json report = ran.last();
    for (const Json& one : report.value("checks", Json::array()))
      if (one["check"] == check) return one["result"];
    return {};
  }

  // Calls `look(name)` so often, each time with one random bit of the directory changed, that of each file in
  // turn.
  template <typename Look>
  static void with_flipped_bits(const std::filesystem::path& log, int times, std::uint32_t seed,
                                const Look& look) {
    const auto files = files_in(log);
    std::mt19937 random(seed);
    for (int i = 0; i < times; ++i) {
      const auto& file = files[static_cast<std::size_t>(i) % files.size()];
      const auto name = std::filesystem::relative(file, log).string();
      // The key is what whoever reads the log trusts.
      if (name == "log.vkey") continue;
      const auto sound = content(file);
      auto damaged = sound;
      // The last character of a signature has bits that stand for nothing, which some decoders pass over.
      const auto at = random() % (damaged.size() - (name == "checkpoint" ? 3 : 0));
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
      overwrite(file, damaged);
      SCOPED_TRACE(name + ", byte " + std::to_string(at));
      look(name);
      overwrite(file, sound);
    }
  }

  TemporaryDirectory directory_;
};

TEST_F(ExportedLog, IsAcceptedByOthers) {
  const auto log = exported("town");
  const Ran others = logcheck(log);
  EXPECT_EQ(others.code, 0) << others.err;
  const Ran second = verify_py(log);
  EXPECT_EQ(second.code, 0) << second.out << second.err;
  EXPECT_THAT(second.out, HasSubstr("PASSED"));
}

TEST_F(ExportedLog, IsRejectedByOthersWithAnyBitChanged) {
  const auto log = exported("town");
  with_flipped_bits(log, 1'000, 11, [&](const std::string&) { EXPECT_NE(logcheck(log).code, 0); });
  EXPECT_EQ(logcheck(log).code, 0);
}

// The second implementation and the first agree on what is wrong, and both say where.
TEST_F(ExportedLog, IsRejectedByBothOfOursWithAnyBitChanged) {
  const auto log = exported("town");
  with_flipped_bits(log, 150, 12, [&](const std::string& name) {
    const Ran second = verify_py(log);
    EXPECT_EQ(second.code, 1) << second.out << second.err;
    EXPECT_THAT(second.out, AnyOf(HasSubstr(name), HasSubstr("position ")));
    const Ran first = audit(log);
    EXPECT_EQ(first.code, exit_differences) << first.out;
    EXPECT_THAT(first.out, AnyOf(HasSubstr(name), HasSubstr("position ")));
  });
}

TEST_F(ExportedLog, IsNotOneWithTheCheckpointOfAnother) {
  const auto log = exported("town");
  const auto other = exported("other");
  overwrite(log / "checkpoint", content(other / "checkpoint"));
  EXPECT_NE(logcheck(log).code, 0);
  EXPECT_EQ(verify_py(log).code, 1);
  EXPECT_EQ(audit(log).code, exit_differences);
  // With its key, too, only the tree tells.
  overwrite(log / "log.vkey", content(other / "log.vkey"));
  EXPECT_NE(logcheck(log).code, 0);
  EXPECT_EQ(verify_py(log).code, 1);
  const Ran ran = audit(log);
  EXPECT_EQ(verdict(ran, "B1"), "PASS");
  EXPECT_EQ(verdict(ran, "B3"), "FAIL");
  EXPECT_EQ(verdict(ran, "C1"), "FAIL");
}

// A voter's receipt before the library of others: it is for that record of that log alone.
TEST_F(ExportedLog, GivesReceiptsThatOthersVerify) {
  const auto data = directory_.path() / "voted";
  const auto at = [&](const std::string& name) { return (directory_.path() / name).string(); };
  std::string position;
  {
    Served served(data, "demo");
    SmallVote vote(served);
    vote.join("vera");
    position = vote.vote("vera", "oak")["position"];
    served.stop();
  }
  Served served(data, "demo");
  const SmallVote vote(served);
  overwrite(at("receipt"), vote.get("/v1/me/ballots/bench/receipt", "vera").body);
  const auto log = directory_.path() / "voted-log";
  ASSERT_EQ(run({"log", "export", log.string(), "--data", data.string()}).code, 0);
  const auto records = run({"log", "cat", "--data", data.string()}).lines();
  const auto number = std::stoul(position);
  overwrite(at("entry"), records.at(number - 1));
  overwrite(at("another"), records.at(number - 2));
  const auto proof = [&](const std::string& key, const std::string& entry) {
    return run_other({interop + "/logcheck", "proof", key, at(entry), at("receipt")}).code;
  };
  EXPECT_EQ(proof((log / "log.vkey").string(), "entry"), 0);
  EXPECT_NE(proof((log / "log.vkey").string(), "another"), 0);
  const auto other = exported("other");
  EXPECT_NE(proof((other / "log.vkey").string(), "entry"), 0);
}

// A log that tessera's own program wrote: signature and tree hold, though its entries are no records.
TEST_F(ExportedLog, OfOthersIsVerifiedAsATree) {
  const auto entries = directory_.path() / "entries";
  std::filesystem::create_directory(entries);
  for (int i = 0; i < 700; ++i) overwrite(entries / std::to_string(i), "entry " + std::to_string(i));
  const auto key = directory_.path() / "signer.key";
  overwrite(key, test_signer);
  const auto log = directory_.path() / "foreign";
  const Ran made = run_other({interop + "/posix-oneshot", "--storage_dir=" + log.string(),
                              "--private_key=" + key.string(), "--entries=" + entries.string() + "/*"});
  ASSERT_EQ(made.code, 0) << made.err;
  std::filesystem::remove_all(log / ".state");
  overwrite(log / "log.vkey", test_vkey + "\n");
  ASSERT_EQ(logcheck(log).code, 0);
  const Ran sound = audit(log);
  for (const auto* const check : {"A1", "B1", "C1"}) EXPECT_EQ(verdict(sound, check), "PASS") << check;
  EXPECT_EQ(verdict(sound, "D1"), "FAIL");
  with_flipped_bits(log, 60, 13, [&](const std::string&) {
    const Ran ran = audit(log);
    const bool holds =
        verdict(ran, "A1") == "PASS" && verdict(ran, "B1") == "PASS" && verdict(ran, "C1") == "PASS";
    EXPECT_FALSE(holds) << ran.out;
  });
}

}  // namespace
}  // namespace stimmbuch::test
