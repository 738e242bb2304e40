#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http_client.hpp"
#include "support/budget_file.hpp"
#include "support/program.hpp"

// Nodes of one ledger on the real broker of these tests, run as people run them.
namespace stimmbuch::test {

// The broker that CTest starts before these tests and stops behind them (STIMMBUCH_KAFKA).
class Broker {
 public:
  static std::string address() { return STIMMBUCH_KAFKA; }

  static void kill() { control({"kill", "1"}); }
  static void start() { control({"start", "--base-port", STIMMBUCH_KAFKA_PORT}); }
  static void freeze() { control({"freeze", "1"}); }
  static void thaw() { control({"thaw", "1"}); }

  // Makes a topic as somebody else would, with these settings.
  static void make_topic(const std::string& topic, const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "run", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", address(), "--create", "--topic",
        topic};
    words.insert(words.end(), more.begin(), more.end());
    control(words);
  }

 private:
  static void control(std::vector<std::string> words) {
    words.insert(words.begin(), STIMMBUCH_KAFKA_TOOL);
    words.insert(words.end(), {"--dir", STIMMBUCH_KAFKA_DIR});
    if (words[1] == "run") words.erase(words.end() - 2, words.end());
    ChildProcess child(words);
    const int code = child.wait(std::chrono::seconds{120});
    ASSERT_EQ(code, 0) << words[1] << ": " << child.out() << child.err();
  }
};

// A serve or follow process on a directory of its own. It keeps its port when it is started again.
class Node {
 public:
  Node(std::filesystem::path data, std::vector<std::string> words)
      : data_(std::move(data)), words_(std::move(words)) {}

  // Runs until it listens.
  void start() { start_as(words_); }
  // The same node in another role.
  void start_as(std::vector<std::string> words) {
    words_ = words;
    process_ = std::make_unique<ChildProcess>(command(words), clean_environment());
    const auto url = process_->wait_for_line("listening on ", std::chrono::seconds{90});
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  // Runs to its end, which must come by itself.
  Ran run_to_end() {
    ChildProcess process(command(words_), clean_environment());
    const int code = process.wait(std::chrono::seconds{90});
    return {code, process.out(), process.err()};
  }

  int stop() {
    process_->signal(SIGTERM);
    return end();
  }
  void kill() {
    process_->signal(SIGKILL);
    end();
  }
  int end() {
    const int code = process_->wait();
    said_ = process_->err();
    process_.reset();
    return code;
  }
  // What the last process said on standard error.
  const std::string& said() const { return said_; }

  bool runs() const { return process_ != nullptr; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }
  const std::filesystem::path& data() const { return data_; }

  HttpReply get(const std::string& target) const { return HttpClient::tcp(port_).get(target); }
  HttpReply ask_operator(const std::string& target) const {
    return HttpClient::unix_socket((data_ / "admin.sock").string()).get(target);
  }
  nlohmann::json replication() const {
    return nlohmann::json::parse(ask_operator("/admin/replication").body);
  }
  std::uint64_t head() const {
    return std::stoull(nlohmann::json::parse(ask_operator("/admin/ledger").body)["head"].get<std::string>());
  }
  std::string ledger() const {
    return nlohmann::json::parse(ask_operator("/admin/ledger").body)["ledger"].get<std::string>();
  }

  // All records as `log cat` prints them.
  std::string log() const {
    const Ran ran = run({"log", "cat", "--data", data_.string()});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }
  std::string token(const std::string& role, const std::string& subject = "somebody") const {
    const Ran minted = run({"token", "--data", data_.string(), "--role", role, "--subject", subject});
    EXPECT_EQ(minted.code, 0) << minted.err;
    return minted.out.substr(0, minted.out.find('\n'));
  }

 private:
  std::vector<std::string> command(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data", data_.string(), "--kafka", Broker::address(), "--listen",
                               "127.0.0.1:" + std::to_string(port_), "--disk-floor-mib", "0"});
    return command_of(words);
  }

  const std::filesystem::path data_;
  std::vector<std::string> words_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
  std::string said_;
};

// Waits for a condition to hold, two minutes at most.
template <class Condition>
[[nodiscard]] bool eventually(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      if (condition()) return true;
    } catch (const std::exception&) {  // a node that is just starting
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return false;
}

// What an independent consumer reads as committed: position and value of each record, in order.
struct Consumed {
  std::vector<std::uint64_t> positions;
  std::string values;  // a line each
};

inline Consumed consume_topic(const std::string& topic) {
  const std::vector<std::string> kcat{"/usr/bin/kcat",
                                      "-b",
                                      Broker::address(),
                                      "-C",
                                      "-t",
                                      topic,
                                      "-e",
                                      "-q",
                                      "-X",
                                      "isolation.level=read_committed",
                                      "-f"};
  const auto read = [&](const char* format) {
    auto words = kcat;
    words.emplace_back(format);
    ChildProcess child(words);
    EXPECT_EQ(child.wait(std::chrono::seconds{90}), 0) << child.err();
    return child.out();
  };
  Consumed consumed{{}, read("%s\n")};
  std::string headers = read("%h\n");
  for (std::size_t begin = 0; begin < headers.size();) {
    const auto end = headers.find('\n', begin);
    const auto line = headers.substr(begin, end - begin);
    const auto at = line.find("position=");
    EXPECT_NE(at, std::string::npos) << line;
    if (at != std::string::npos) consumed.positions.push_back(std::stoull(line.substr(at + 9)));
    begin = end + 1;
  }
  return consumed;
}

inline Consumed consume(const std::string& ledger) {
  return consume_topic("stimmbuch." + ledger + ".events");
}

// A leader with as many followers as a test wants.
class Nodes : public testing::Test {
 protected:
  Node& leader(const std::string& durability = "local") {
    nodes_.push_back(std::make_unique<Node>(
        directory_.path() / "leader",
        std::vector<std::string>{"serve", "--purpose", "demo", "--durability", durability}));
    nodes_.back()->start();
    leader_ = nodes_.back().get();
    return *leader_;
  }
  Node& follower(const std::string& name = "follower") { return follower(name, {}); }
  // One that could be promoted: it has the leader's key.
  Node& candidate(const std::string& name = "candidate") {
    return follower(name, {"--wrapping-key", key_file().string()});
  }
  std::filesystem::path key_file() const { return leader_->data().string() + ".keys"; }
  Node& leader_node() { return *leader_; }

  // Imports a budget through a node, in a process of its own. Returns when the first commands are in: an
  // import waits for a server that goes away, and not for one that it has never spoken to.
  std::unique_ptr<ChildProcess> begin_import(const Node& node, std::size_t ballots) {
    const auto head = node.head();
    auto import = start_import(node, ballots);
    EXPECT_TRUE(eventually([&] { return node.head() > head; }));
    return import;
  }
  static void expect_import_succeeds(ChildProcess& import) {
    const int code = import.wait(std::chrono::seconds{180});
    Ran ran{code, import.out(), import.err()};
    EXPECT_EQ(code, 0) << ran.out << ran.err;
    const Json summary = ran.last();
    EXPECT_EQ(summary.value("votes_match", false), true) << ran.out << ran.err;
    EXPECT_EQ(summary.value("selected_match", Json()), true) << ran.out;
    EXPECT_TRUE(summary.value("refused", Json::object()).empty()) << ran.out;
  }
  void import_into(const Node& node, std::size_t ballots) {
    expect_import_succeeds(*start_import(node, ballots));
  }

  // The log of every node and what the topic's readers see are the same bytes, each record once.
  void expect_all_equal() {
    const auto head = leader_->head();
    for (const auto& node : nodes_) {
      if (!node->runs()) continue;
      EXPECT_TRUE(eventually([&] { return node->head() == head; })) << node->data();
    }
    EXPECT_TRUE(eventually([&] {
      return leader_->replication().value("published", "") == std::to_string(head);
    })) << leader_->replication();
    const auto log = leader_->log();
    for (const auto& node : nodes_) {
      if (node->runs()) {
        EXPECT_EQ(node->log() == log, true) << node->data();
      }
    }
    const auto consumed = consume(leader_->ledger());
    ASSERT_EQ(consumed.positions.size(), head);
    for (std::size_t i = 0; i < consumed.positions.size(); ++i) ASSERT_EQ(consumed.positions[i], i + 1);
    EXPECT_EQ(consumed.values == log, true);
  }

  void lead_from(Node& node) { leader_ = &node; }

  TemporaryDirectory directory_;
  std::vector<std::unique_ptr<Node>> nodes_;

 private:
  Node& follower(const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> words{"follow", "--ledger", leader_->ledger(), "--leader", leader_->url()};
    words.insert(words.end(), more.begin(), more.end());
    nodes_.push_back(std::make_unique<Node>(directory_.path() / name, words));
    nodes_.back()->start();
    return *nodes_.back();
  }

  std::unique_ptr<ChildProcess> start_import(const Node& node, std::size_t ballots) const {
    const auto token_file = directory_.path() / "operator.token";
    std::ofstream(token_file) << node.token("operator");
    return std::make_unique<ChildProcess>(
        command_of({"import", "pabulib", write_budget_file(directory_.path(), ballots), "--server",
                    node.url(), "--token-file", token_file.string(), "--json", "--progress", "none"}),
        clean_environment());
  }

  Node* leader_ = nullptr;
};

}  // namespace stimmbuch::test
