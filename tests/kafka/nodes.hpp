#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "broker.hpp"
#include "http_client.hpp"
#include "support/budget_file.hpp"
#include "support/program.hpp"

// Nodes of one ledger on the real broker of these tests, run as people run them.
namespace stimmbuch::test {

// A serve or follow process on a directory of its own. It keeps its port when it is started again.
class Node {
 public:
  Node(std::filesystem::path data, std::vector<std::string> words, std::string brokers = Broker::address())
      : data_(std::move(data)), words_(std::move(words)), brokers_(std::move(brokers)) {}

  // Runs until it listens.
  void start() { start_as(words_); }
  // The same node in another role.
  void start_as(std::vector<std::string> words) {
    words_ = words;
    process_ = std::make_unique<ChildProcess>(program(words), clean_environment());
    const auto url = process_->wait_for_line("listening on ", std::chrono::seconds{90});
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  // Runs to its end, which must come by itself.
  Ran run_to_end() {
    ChildProcess process(program(words_), clean_environment());
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
    const nlohmann::json asked{{"role", role}, {"subject", subject}};
    const auto reply = HttpClient::unix_socket((data_ / "admin.sock").string())
                           .request("POST", "/admin/tokens", asked.dump());
    return nlohmann::json::parse(reply.body)["token"];
  }
  // A command as JSON, under a key that is made long enough.
  HttpReply command(const std::string& method, const std::string& target, const std::string& body,
                    const std::string& token, const std::string& key) const {
    return HttpClient::tcp(port_).request(method, target, body,
                                          "Authorization: Bearer " + token +
                                              "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" +
                                              key + std::string(16, '.') + "\"\r\n");
  }
  // One line of the bulk route; the status that it was answered with.
  int import_line(const nlohmann::json& line, const std::string& token) const {
    const auto reply = HttpClient::tcp(port_).request(
        "POST", "/v1/commands", line.dump(),
        "Authorization: Bearer " + token + "\r\nContent-Type: application/x-ndjson\r\n");
    return nlohmann::json::parse(reply.body)["status"];
  }

 private:
  std::vector<std::string> program(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data", data_.string(), "--kafka", brokers_, "--listen",
                               "127.0.0.1:" + std::to_string(port_), "--disk-floor-mib", "0"});
    return command_of(words);
  }

  const std::filesystem::path data_;
  std::vector<std::string> words_;
  const std::string brokers_;
  std::atomic<std::uint16_t> port_ = 0;  // also read by voters while the node is started again
  std::unique_ptr<ChildProcess> process_;
  std::string said_;
};

// The records of a log, position 1 first.
inline std::vector<nlohmann::json> records_of(const std::string& log) {
  std::vector<nlohmann::json> records;
  for (const auto& line : Ran{0, log, {}}.lines()) records.push_back(nlohmann::json::parse(line));
  return records;
}

// A leader with as many followers as a test wants.
class Nodes : public testing::Test {
 protected:
  Node& leader(const std::string& durability = "local", const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"serve", "--purpose", "demo", "--durability", durability};
    words.insert(words.end(), more.begin(), more.end());
    durability_ = durability;
    leader_ = &add("leader", words);
    key_file_ = leader_->data().string() + ".keys";
    return *leader_;
  }
  Node& follower(const std::string& name = "follower") { return follower(name, {}); }
  // One that could be promoted: it has the leader's key.
  Node& candidate(const std::string& name = "candidate") {
    return follower(name, {"--wrapping-key", key_file().string()});
  }
  Node& follower(const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> words{"follow",       "--ledger",     leader_->ledger(), "--leader",
                                   leader_->url(), "--durability", durability_};
    words.insert(words.end(), more.begin(), more.end());
    return add(name, words);
  }
  // Of the vault that the first leader made.
  const std::filesystem::path& key_file() const { return key_file_; }
  Node& leader_node() { return *leader_; }
  // As the first leader has it, and whoever is promoted.
  const std::string& durability() const { return durability_; }

  // Imports a budget through a node, in a process of its own.
  std::unique_ptr<ChildProcess> start_import(const Node& node, std::size_t ballots) {
    const auto token_file = directory_.path() / "operator.token";
    std::ofstream(token_file) << node.token("operator");
    return std::make_unique<ChildProcess>(
        command_of({"import", "pabulib", write_budget_file(directory_.path(), ballots), "--server",
                    node.url(), "--token-file", token_file.string(), "--json", "--progress", "none"}),
        clean_environment());
  }
  // Returns when the first commands are in: an import waits for a server that goes away, and not for one that
  // it has never spoken to.
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

  // A node on the directory of that name, running.
  Node& add(const std::string& name, const std::vector<std::string>& words) {
    nodes_.push_back(std::make_unique<Node>(directory_.path() / name, words, brokers_));
    nodes_.back()->start();
    return *nodes_.back();
  }
  // A copy of a node's directory, with its key if there is one; the node must not run.
  std::filesystem::path copy_of(const Node& node, const std::string& name) const {
    const auto copy = directory_.path() / name;
    std::filesystem::copy(node.data(), copy, std::filesystem::copy_options::recursive);
    const std::filesystem::path key = node.data().string() + ".keys";
    if (std::filesystem::exists(key)) std::filesystem::copy(key, copy.string() + ".keys");
    return copy;
  }

  TemporaryDirectory directory_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::string brokers_ = Broker::address();  // as nodes are told that are added from now on

 private:
  Node* leader_ = nullptr;
  std::string durability_;
  std::filesystem::path key_file_;
};

}  // namespace stimmbuch::test
