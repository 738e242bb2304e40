// The program's commands as people and scripts use them, on directories that are served and on ones that are
// not.
#include <array>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
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

// A server of another kind: it gives every request the same answer.
class OtherServer {
 public:
  OtherServer(std::string_view status, std::string_view type, std::string_view body)
      : answer_(answer_of(status, type, body)), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, any, size) != 0 || listen(socket_, 8) != 0 || getsockname(socket_, any, &size) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~OtherServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  static std::string answer_of(std::string_view status, std::string_view type, std::string_view body) {
    return std::string("HTTP/1.1 ")
               .append(status)
               .append("\r\nConnection: close\r\nContent-Type: ")
               .append(type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  void run() {
    std::array<char, 4096> request;
    for (int peer = accept(socket_, nullptr, nullptr); peer >= 0; peer = accept(socket_, nullptr, nullptr)) {
      if (read(peer, request.data(), request.size()) > 0) {
        EXPECT_EQ(write(peer, answer_.data(), answer_.size()), static_cast<ssize_t>(answer_.size()));
      }
      close(peer);
    }
  }

  std::string answer_;
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(Cli, TellsAServerThatIsNoEngine) {
  std::ofstream(directory_.path() / "some.token") << "sb1.AAAA.AAAA";
  const auto token = (directory_.path() / "some.token").string();
  const auto file = (directory_.path() / "some.pb").string();
  std::ofstream(file)
      << "META\nkey;value\nvote_type;approval\nrule;greedy\nbudget;1\ndate_end;01.01.2024\nPROJECTS\n"
         "project_id;cost;votes\na;1;1\nVOTES\nvoter_id;vote\nv;a\n";
  for (const auto& [status, type, body] : std::vector<std::array<std::string, 3>>{
           {"200 OK", "text/html", "<html>Welcome to nginx!</html>"},
           {"200 OK", "application/json", R"({"hello":"world"})"},
           {"200 OK", "application/json", R"([{"poll":"nobody"}])"},
           {"200 OK", "application/json", R"({"poll":7,"options":[],"records":1})"},
           {"404 Not Found", "text/html", "<html>404</html>"},
           {"403 Forbidden", "application/json", R"({"message":"no"})"},
       }) {
    const OtherServer other(status, type, body);
    const Ran tally = run({"tally", "nobody", "--server", other.url()});
    EXPECT_EQ(tally.code, 1) << body;
    EXPECT_EQ(tally.out, "") << body;
    EXPECT_THAT(tally.err, HasSubstr("is no Stimmbuch engine")) << body;
    if (body.find("records") != std::string::npos) continue;
    const Ran import = run({"import", "pabulib", file, "--server", other.url(), "--token-file", token});
    EXPECT_EQ(import.code, 1) << body;
    EXPECT_THAT(import.err, HasSubstr("is no Stimmbuch engine")) << body;
  }
  // A proxy whose engine is away.
  const OtherServer proxy("503 Service Unavailable", "text/html", "<html>503</html>");
  EXPECT_EQ(run({"tally", "nobody", "--server", proxy.url()}).code, 75);
}

TEST_F(Cli, GivesTheLogItsNameAtTheFirstStartOnly) {
  const auto serve = [&](const std::string& origin) {
    return run(
        {"serve", "--data", data(), "--listen", "127.0.0.1:0", "--disk-floor-mib", "0", "--origin", origin});
  };
  for (const auto* const bad : {"with space", "a+b", "Müller"}) EXPECT_EQ(serve(bad).code, 2) << bad;
  EXPECT_FALSE(std::filesystem::exists(data())) << "nothing was made";
  const auto origin = [&] {
    return Json::parse(run({"log", "head", "--data", data(), "--json"}).out)["origin"];
  };
  {
    Served served(data(), "town", {"--origin", "votes.town.example"});
    EXPECT_EQ(origin(), "votes.town.example");
    EXPECT_EQ(served.stop(), 0);
  }
  const Ran renamed = serve("votes.city.example");
  EXPECT_EQ(renamed.code, 2);
  EXPECT_THAT(renamed.err, HasSubstr("has the origin votes.town.example"));
  Served again(data());
  EXPECT_EQ(origin(), "votes.town.example") << "who says nothing keeps it";
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
  auto wide = clean_environment();
  wide["COLUMNS"] = "200";
  const Ran serve = run({"serve", "--help"}, wide);
  EXPECT_THAT(serve.out, AllOf(HasSubstr("--listen ADDR:PORT"), HasSubstr("listen; default 127.0.0.1:8080"),
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
  EXPECT_EQ(bash.out(), "promote projection\ntail\noperator\n--listen\n");
}

}  // namespace
}  // namespace stimmbuch::test
