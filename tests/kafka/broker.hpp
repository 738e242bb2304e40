#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.hpp"

// The real Kafka of these tests, and a consumer of it that knows nothing of this program.
namespace stimmbuch::test {

// The broker, or the three of them, that CTest starts before these tests and stops behind them
// (STIMMBUCH_KAFKA).
class Broker {
 public:
  static std::string address() { return STIMMBUCH_KAFKA; }
  // Where it takes clients that a proxy brings, and where it believes the proxy to be.
  static std::uint16_t port_behind_proxy() { return STIMMBUCH_KAFKA_PORT + 2; }
  static std::uint16_t port_of_proxy() { return STIMMBUCH_KAFKA_PORT + 3; }

  static void kill(int node = 1) { control({"kill", std::to_string(node)}); }
  static void stop() { control({"stop"}); }
  static void clean() { control({"clean"}); }
  static void start() { control({"start"}); }
  static void freeze() { control({"freeze", "1"}); }
  static void thaw() { control({"thaw", "1"}); }

  // Its disk is full as soon as one file has so much. It ends then.
  static void start_with_little_room(int file_kib_max) {
    control({"start", "--base-port", std::to_string(STIMMBUCH_KAFKA_PORT), "--file-kib-max",
             std::to_string(file_kib_max)});
  }
  static bool runs() {
    ChildProcess status({STIMMBUCH_KAFKA_TOOL, "status", "--dir", STIMMBUCH_KAFKA_DIR});
    return status.wait() == 0;
  }

  static void delete_topic(const std::string& topic) {
    control({"run", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", address(), "--delete",
             "--topic", topic});
  }
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
    if (words[1] != "run") words.insert(words.end(), {"--dir", STIMMBUCH_KAFKA_DIR});
    ChildProcess child(words);
    const int code = child.wait(std::chrono::seconds{120});
    ASSERT_EQ(code, 0) << words[1] << ": " << child.out() << child.err();
  }
};

// How often what depends on chance is tried; more in a longer run: STIMMBUCH_KAFKA_ROUNDS=100.
inline int rounds(int usual) {
  const char* const asked = std::getenv("STIMMBUCH_KAFKA_ROUNDS");
  return asked == nullptr ? usual : std::atoi(asked);
}

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

}  // namespace stimmbuch::test
