// A witness of others cosigns our checkpoints, and notices when the log is not the one it was.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/policy.hpp"
#include "support/small_vote.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

constexpr auto witness_name = "witness.example/w";

// torchwood's litewitness, with a key in an agent of its own.
class Witness {
 public:
  explicit Witness(const std::filesystem::path& directory) : directory_(directory) {
    std::filesystem::create_directory(directory);
    EXPECT_EQ(call({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "w", "-f", in("key")}), 0);
    agent_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"/usr/bin/ssh-agent", "-D", "-a", in("agent")}, environment());
    EXPECT_TRUE(waits_for([&] { return std::filesystem::exists(in("agent")); }));
    EXPECT_EQ(call({"/usr/bin/ssh-add", "-q", in("key")}), 0);
    start();
  }
  ~Witness() {
    process_->signal(SIGTERM);
    process_->wait();
    agent_->signal(SIGTERM);
    agent_->wait();
  }

  // Makes a log known that was not seen yet. The tables are litewitness's own.
  void watch(const std::string& origin, const std::string& vkey) {
    const std::string empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const std::string script =
        "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1],timeout=10)\n"
        "db.execute('INSERT INTO log(origin,tree_size,tree_hash) VALUES(?,0,?)',sys.argv[2:4])\n"
        "db.execute('INSERT INTO key(origin,key) VALUES(?,?)',(sys.argv[2],sys.argv[4]))\n"
        "db.commit()\n";
    EXPECT_EQ(call({"/usr/bin/python3", "-c", script, in("db"), origin, empty, vkey}), 0);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string vkey() const {
    std::ifstream file(in("key.pub"));
    std::string type;
    std::string blob;
    file >> type >> blob;
    const auto bytes = tlog::from_base64(blob).value();
    PublicKey key;
    std::ranges::copy(crypto::bytes_of(bytes).last(key.size()), key.begin());
    return tlog::VerifierKey(tlog::VerifierKey::Kind::witness, witness_name, key).text();
  }

 private:
  std::string in(const std::string& name) const { return (directory_ / name).string(); }
  std::map<std::string, std::string> environment() const {
    return {{"HOME", directory_.string()}, {"PATH", "/usr/bin:/bin"}, {"SSH_AUTH_SOCK", in("agent")}};
  }
  int call(const std::vector<std::string>& command) const {
    ChildProcess child(command, environment());
    const int code = child.wait(std::chrono::seconds{30});
    EXPECT_EQ(code, 0) << command.front() << ": " << child.err();
    return code;
  }
  template <typename Condition>
  static bool waits_for(const Condition& condition) {
    for (int i = 0; i < 400; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
  }
  std::string fingerprint() const {
    ChildProcess child({"/usr/bin/ssh-keygen", "-l", "-f", in("key.pub")}, environment());
    child.wait(std::chrono::seconds{10});
    const auto said = child.out();
    const auto begin = said.find("SHA256:");
    return said.substr(begin, said.find(' ', begin) - begin);
  }
  void start() {
    // It takes no port 0, so another is tried where one is taken.
    for (port_ = static_cast<std::uint16_t>(20'000 + getpid() % 10'000); port_ < 32'000; ++port_) {
      process_ = std::make_unique<ChildProcess>(
          std::vector<std::string>{std::string(STIMMBUCH_INTEROP) + "/litewitness", "-db", in("db"), "-key",
                                   fingerprint(), "-name", witness_name, "-ssh-agent", in("agent"), "-listen",
                                   "127.0.0.1:" + std::to_string(port_)},
          environment());
      const auto answers = [&] {
        try {
          return HttpClient::tcp(port_).get("/").status > 0;
        } catch (const std::exception&) {
          return false;
        }
      };
      if (waits_for(answers)) return;
      process_->signal(SIGKILL);
      process_->wait();
    }
  }

  const std::filesystem::path directory_;
  std::unique_ptr<ChildProcess> agent_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

class Witnessed : public testing::Test {
 protected:
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::string policy_file() const { return (directory_.path() / "policy").string(); }
  void write_policy(const std::string& url) const {
    std::ofstream(policy_file()) << "witness w " << witness_.vkey() << " " << url << "\nquorum w\n";
  }
  std::unique_ptr<Served> serve() const {
    return std::make_unique<Served>(
        data(), "demo",
        std::vector<std::string>{"--checkpoint-interval", "100ms", "--witness-policy", policy_file()});
  }
  static HttpReply get(const Served& served, const std::string& target) {
    return HttpClient::tcp(
               static_cast<std::uint16_t>(std::stoi(served.url().substr(served.url().rfind(':') + 1))))
        .get(target);
  }
  // Whether a checkpoint with the record at this position gets the witness's signature.
  bool is_cosigned(const Served& served, std::uint64_t position = 0) const {
    const auto key = tlog::VerifierKey::parse(witness_.vkey()).value();
    for (int i = 0; i < 200; ++i) {
      const auto note = tlog::parse_note(get(served, "/log/checkpoint").body);
      if (note && tlog::parse_checkpoint(note->text).value().size >= position &&
          tlog::signature_by(key, *note).value_or(std::nullopt))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
  }
  void make_known(const Served& served) {
    const auto vkey = get(served, "/log/log.vkey").body;
    witness_.watch(vkey.substr(0, vkey.find('+')), vkey.substr(0, vkey.size() - 1));
  }
  Ran audit() const {
    return run({"audit", "verify", "--data", data().string(), "--policy", policy_file(), "--json",
                "--progress", "none"});
  }
  static std::string verdict(const Ran& ran) {
    const Json report = ran.last();
    for (const Json& one : report.value("checks", Json::array()))
      if (one["check"] == "B2") return one["result"];
    return {};
  }

  TemporaryDirectory directory_;
  Witness witness_{directory_.path() / "witness"};
};

TEST_F(Witnessed, CheckpointsAreCosignedAsTheLogGrows) {
  write_policy(witness_.url());
  auto served = serve();
  make_known(*served);
  SmallVote vote(*served);
  EXPECT_TRUE(is_cosigned(*served));
  vote.join("vera");
  EXPECT_TRUE(is_cosigned(*served, SmallVote::position_in(vote.vote("vera", "oak"))));
  const Ran good = audit();
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_EQ(verdict(good), "PASS");
  // It goes on where the witness is, after a restart too.
  served->stop();
  served = serve();
  EXPECT_TRUE(is_cosigned(*served, SmallVote(*served).join("nico")));
}

TEST_F(Witnessed, LogsThatWereSetBackAreNotServed) {
  write_policy(witness_.url());
  auto served = serve();
  make_known(*served);
  served->stop();
  const auto old = directory_.path() / "old";
  std::filesystem::copy(data(), old, std::filesystem::copy_options::recursive);
  served = serve();
  EXPECT_TRUE(is_cosigned(*served, SmallVote(*served).join("vera")));
  served->stop();
  // Everything is an older copy, the signature with it. Only the witness knows better.
  std::filesystem::remove_all(data());
  std::filesystem::rename(old, data());
  const Ran refused =
      run({"serve", "--data", data().string(), "--listen", "127.0.0.1:0", "--witness-policy", policy_file()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("this is an older copy"));
  EXPECT_THAT(refused.err, HasSubstr("Nothing was signed"));
}

TEST_F(Witnessed, LogsGoOnWithoutTheirWitness) {
  write_policy("http://127.0.0.1:1");
  auto served = serve();
  SmallVote vote(*served);
  vote.join("vera");
  vote.vote("vera", "oak");
  const Ran ran = audit();
  EXPECT_EQ(ran.code, exit_differences);
  EXPECT_EQ(verdict(ran), "FAIL");
  served->stop();
  write_policy("https://witness.example?of=the-town");
  const Ran refused =
      run({"serve", "--data", data().string(), "--listen", "127.0.0.1:0", "--witness-policy", policy_file()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("the URL ends behind the port"));
}

}  // namespace
}  // namespace stimmbuch::test
