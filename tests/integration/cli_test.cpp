// The program's commands as people and scripts use them, on directories that are served and on ones that are
// not.
#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class Cli : public testing::Test {
 protected:
  std::string data() const { return (directory_.path() / "data").string(); }

  // What a command prints while the directory is served, and afterwards, when it is not.
  std::pair<Ran, Ran> both(const std::vector<std::string>& words) {
    Served served(data());
    Ran while_served = run(words);
    EXPECT_EQ(served.stop(), 0);
    return {std::move(while_served), run(words)};
  }

  TemporaryDirectory directory_;
};

TEST_F(Cli, ServesFromNothingAndStopsOnRequest) {
  Served served(data());
  EXPECT_THAT(served.url(), StartsWith("http://127.0.0.1:"));
  EXPECT_EQ(served.stop(), 0);
}

TEST_F(Cli, ServesOnWhenItReadsItsKeysAgain) {
  Served served(data());
  served.process().signal(SIGHUP);
  EXPECT_EQ(run({"log", "head", "--data", data()}).code, 0);
  EXPECT_EQ(served.stop(), 0);
}

// A socket as a service manager has it.
class Manager {
 public:
  explicit Manager(const std::filesystem::path& path)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path.string(), std::begin(address.sun_path));
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    timeval deadline{.tv_sec = 60, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  }
  ~Manager() { close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string next() {
    std::array<char, 256> bytes{};
    const auto size = recv(socket_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  int socket_;
};

TEST_F(Cli, TellsTheServiceManagerThatItIsReadyAndThatItStops) {
  const auto path = directory_.path() / "notify";
  Manager manager(path);
  auto environment = clean_environment();
  environment["NOTIFY_SOCKET"] = path.string();
  ChildProcess server(command_of({"serve", "--data", data(), "--listen", "127.0.0.1:0", "--json"}),
                      environment);
  EXPECT_EQ(manager.next(), "READY=1");
  const Json listening =
      Json::parse(R"({"type":"listening")" + server.wait_for_line(R"({"type":"listening")"));
  EXPECT_THAT(listening["url"].get<std::string>(), StartsWith("http://127.0.0.1:"));
  server.signal(SIGINT);
  EXPECT_EQ(manager.next(), "STOPPING=1");
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.out(), HasSubstr(R"("type":"summary")"));
}

TEST_F(Cli, ServesADirectoryOnce) {
  Served served(data());
  const Ran second = run({"serve", "--data", data(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 11) << second.err;
}

TEST_F(Cli, ReadsTheHeadServedOrNot) {
  const auto [served, unserved] = both({"log", "head", "--data", data()});
  EXPECT_EQ(served.code, 0) << served.err;
  EXPECT_EQ(served.out, "1\n");
  EXPECT_EQ(unserved.out, served.out) << unserved.err;
}

TEST_F(Cli, PrintsRecordsAsTheyAreStored) {
  const auto [served, unserved] = both({"log", "cat", "--data", data()});
  ASSERT_THAT(served.lines(), SizeIs(1));
  EXPECT_EQ(Json::parse(served.lines()[0])["type"], "ledger.created.v1");
  EXPECT_EQ(unserved.out, served.out) << unserved.err;
  EXPECT_EQ(run({"log", "cat", "--data", data(), "--after", "1"}).out, "");
}

TEST_F(Cli, FollowsTheLog) {
  Served served(data(), "demo");
  ChildProcess tail(command_of({"log", "tail", "--data", data()}), clean_environment());
  tail.wait_for_line(R"({"specversion":"1.0")");
  tail.signal(SIGINT);
  EXPECT_EQ(tail.wait(), 130);
}

TEST_F(Cli, MintsTokensForOfficialsOnlyInATown) {
  const auto [served, unserved] = both({"token", "--data", data(), "--role", "staff", "--ttl", "8h"});
  EXPECT_THAT(served.out, StartsWith("sb1."));
  EXPECT_THAT(served.lines(), SizeIs(1));
  EXPECT_THAT(unserved.out, StartsWith("sb1.")) << unserved.err;
  EXPECT_EQ(run({"token", "--data", data(), "--role", "citizen"}).code, 1);
  EXPECT_EQ(run({"token", "--data", data(), "--role", "staff", "--ttl", "soon"}).code, 2);
}

TEST_F(Cli, MakesNoLedgerByAccident) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"log", "head"},
                                                {"token", "--role", "staff"},
                                                {"projection", "list"},
                                                {"audit", "recount"}}) {
    auto with_data = words;
    with_data.insert(with_data.end(), {"--data", data()});
    EXPECT_EQ(run(with_data).code, 10);
  }
  EXPECT_FALSE(std::filesystem::exists(data()));
}

TEST_F(Cli, ListsAndVerifiesAndRebuildsProjections) {
  const auto [served, unserved] = both({"projection", "list", "--data", data(), "--json"});
  EXPECT_THAT(served.lines(), SizeIs(testing::Ge(2U))) << served.err;
  EXPECT_EQ(served.last()["type"], "summary");
  EXPECT_EQ(unserved.last(), served.last());
  const auto [verified, verified_later] = both({"projection", "verify", "tally", "--data", data(), "--json"});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_EQ(verified.last()["equal"], true);
  EXPECT_EQ(verified_later.code, 0) << verified_later.err;
  const auto [rebuilt, rebuilt_later] = both({"projection", "rebuild", "tally", "--data", data()});
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
  EXPECT_EQ(rebuilt_later.code, 0) << rebuilt_later.err;
  EXPECT_EQ(run({"projection", "verify", "nonsense", "--data", data()}).code, 5);
}

TEST_F(Cli, RecountsServedOrNot) {
  const auto [served, unserved] = both({"audit", "recount", "--data", data(), "--json"});
  EXPECT_EQ(served.code, 0) << served.err;
  EXPECT_EQ(served.last()["records"], 1);
  EXPECT_TRUE(served.last()["differences"].empty());
  EXPECT_EQ(unserved.last(), served.last());
  for (const auto& entry : std::filesystem::directory_iterator(data())) {
    EXPECT_THAT(entry.path().filename().string(), Not(StartsWith("audit-")));  // nothing is left behind
  }
}

TEST_F(Cli, TellsProgramsEverythingAsJson) {
  Served served(data(), "demo");
  const std::vector<std::vector<std::string>> commands{
      {"version"},
      {"log", "head", "--data", data()},
      {"log", "cat", "--data", data()},
      {"projection", "list", "--data", data()},
      {"config", "print"},
      {"completion", "bash"},
      {"tally", "nobody", "--server", served.url()},
      {"tally", "nobody", "--server", "http://127.0.0.1:1"},
      {"tally"},
      {"nonsense"},
      {"serve", "--data", data(), "--listen", "nowhere"},
  };
  for (auto words : commands) {
    words.emplace_back("--json");
    const Ran ran = run(words);
    int finals = 0;
    for (const auto& line : ran.lines()) {
      const Json json = Json::parse(line, nullptr, false);
      ASSERT_TRUE(json.is_object()) << words[0] << ": " << line;
      const std::string type = json.value("type", "");
      if (type != "summary" && type != "error") continue;
      ++finals;
      EXPECT_EQ(json["schema"], 1);
    }
    EXPECT_EQ(finals, 1) << words[0] << ": " << ran.out;
    EXPECT_EQ(ran.last()["type"], ran.code == 0 ? "summary" : "error") << words[0];
  }
}

TEST_F(Cli, ExitsWithWhatIsWrong) {
  Served served(data());
  EXPECT_EQ(run({"tally", "nobody", "--server", served.url()}).code, 5);
  EXPECT_EQ(run({"tally", "nobody", "--server", "http://127.0.0.1:1"}).code, 75);
  EXPECT_EQ(run({"tally", "nobody", "--server", "ftp://x"}).code, 2);
  EXPECT_EQ(run({"nonsense"}).code, 2);
  EXPECT_EQ(run({"import", "pabulib", "/nonexistent.pb", "--server", served.url()}).code, 2);  // no token
  std::ofstream(directory_.path() / "bad.token") << "sb1.AAAA.AAAA";
  const auto token = (directory_.path() / "bad.token").string();
  std::ofstream(directory_.path() / "empty.pb") << "META\n";
  const auto file = (directory_.path() / "empty.pb").string();
  EXPECT_EQ(run({"import", "pabulib", file, "--server", served.url(), "--token-file", token}).code, 1);
  std::ofstream(file)
      << "META\nkey;value\nvote_type;approval\nrule;greedy\nbudget;1\ndate_end;01.01.2024\nPROJECTS\n"
         "project_id;cost;votes\na;1;1\nVOTES\nvoter_id;vote\nv;a\n";
  EXPECT_EQ(run({"import", "pabulib", file, "--server", served.url(), "--token-file", token}).code, 12);
}

TEST_F(Cli, PrintsSettingsThatItReadsAgain) {
  auto environment = clean_environment();
  environment["STIMMBUCH_LIMITS__BODY_BYTES"] = "12345";
  const Ran printed = run({"config", "print", "--data", data()}, environment);
  EXPECT_THAT(printed.out, HasSubstr("limits.body_bytes = 12345"));
  const auto file = directory_.path() / "config.toml";
  std::ofstream(file) << printed.out;
  const Ran again = run({"config", "print", "--config", file.string()});
  EXPECT_EQ(again.out, printed.out) << again.err;
  EXPECT_EQ(run({"config", "check", "--config", file.string()}).code, 0);
  const Ran origins =
      run({"config", "print", "--config", file.string(), "--listen", "127.0.0.1:1", "--show-origin"});
  EXPECT_THAT(origins.out, AllOf(HasSubstr("# flag"), HasSubstr("# file")));
  std::ofstream(file, std::ios::app) << "nonsense = 1\n";
  EXPECT_EQ(run({"config", "check", "--config", file.string()}).code, 2);
}

TEST_F(Cli, ExplainsEachCommand) {
  const Ran all = run({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_THAT(all.out, AllOf(HasSubstr("serve"), HasSubstr("audit recount"), HasSubstr("demo")));
  const Ran serve = run({"serve", "--help"});
  EXPECT_THAT(serve.out,
              AllOf(HasSubstr("--listen ADDR:PORT"), HasSubstr("STIMMBUCH_LISTEN, listen; default"),
                    HasSubstr("Exit codes:"), HasSubstr("Examples:")));
}

TEST_F(Cli, CompletesInBash) {
  const auto script = directory_.path() / "completion";
  std::ofstream(script) << run({"completion", "bash"}).out
                        << "complete_line() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _stimmbuch; echo "
                           "\"${COMPREPLY[*]}\"; }\n"
                        << "complete_line stimmbuch pro\ncomplete_line stimmbuch log t\n"
                        << "complete_line stimmbuch token --role op\ncomplete_line stimmbuch serve --lis\n";
  ChildProcess bash({"/bin/bash", script.string()});
  EXPECT_EQ(bash.wait(), 0);
  EXPECT_EQ(bash.out(), "projection\ntail\noperator\n--listen\n");
}

}  // namespace
}  // namespace stimmbuch::test
