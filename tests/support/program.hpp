#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

// Runs the program as people do: the real binary, STIMMBUCH_PROGRAM, in processes of its own.
namespace stimmbuch::test {

using Json = nlohmann::ordered_json;

inline std::vector<std::string> command_of(std::vector<std::string> words) {
  words.insert(words.begin(), STIMMBUCH_PROGRAM);
  return words;
}

// Nobody's settings but the test's, and the sanitizers'.
inline std::map<std::string, std::string> clean_environment() {
  std::map<std::string, std::string> environment{
      {"HOME", "/nonexistent"}, {"XDG_CONFIG_HOME", "/nonexistent"}, {"LANG", "C.UTF-8"}, {"COLUMNS", "80"}};
  for (const auto* const name : {"TSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const char* const value = std::getenv(name)) environment.emplace(name, value);
  return environment;
}

// Of commands that found something.
inline constexpr int exit_differences = 4;

struct Ran {
  int code = -1;
  std::string out;
  std::string err;

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < out.size();) {
      const std::size_t end = std::min(out.find('\n', begin), out.size());
      lines.push_back(out.substr(begin, end - begin));
      begin = end + 1;
    }
    return lines;
  }
  // The last line, as it is with --json.
  Json last() const {
    const auto all = lines();
    return all.empty() ? Json() : Json::parse(all.back(), nullptr, false);
  }
};

inline Ran run(const std::vector<std::string>& words,
               std::map<std::string, std::string> environment = clean_environment(),
               std::chrono::seconds at_most = std::chrono::seconds{240}) {
  ChildProcess child(command_of(words), environment);
  const int code = child.wait(at_most);
  return {code, child.out(), child.err()};
}

// A server on a data directory. It keeps its port when it is started again.
class Served {
 public:
  explicit Served(std::filesystem::path data, std::string purpose = "town",
                  std::vector<std::string> more = {})
      : data_(std::move(data)), purpose_(std::move(purpose)), more_(std::move(more)) {
    start();
  }

  void start() {
    auto words = command_of({"serve", "--data", data_.string(), "--purpose", purpose_, "--listen",
                             "127.0.0.1:" + std::to_string(port_), "--disk-floor-mib", "0"});
    words.insert(words.end(), more_.begin(), more_.end());
    process_ = std::make_unique<ChildProcess>(words, clean_environment());
    url_ = process_->wait_for_line("listening on ");
    port_ = static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
  }
  // As an operator does; returns the exit code.
  int stop() {
    process_->signal(SIGTERM);
    const int code = process_->wait();
    process_.reset();
    return code;
  }
  void kill() {
    process_->signal(SIGKILL);
    process_->wait();
    process_.reset();
  }

  ChildProcess& process() { return *process_; }
  const std::string& url() const { return url_; }
  std::uint16_t port() const { return port_; }
  const std::filesystem::path& data() const { return data_; }

  // The file of a new token.
  std::filesystem::path token_file(const std::string& role) const {
    const Ran minted = run({"token", "--data", data_.string(), "--role", role});
    EXPECT_EQ(minted.code, 0) << minted.err;
    const auto path = data_ / (role + ".token");
    std::ofstream(path) << minted.out;
    return path;
  }

 private:
  std::filesystem::path data_;
  std::string purpose_;
  std::vector<std::string> more_;  // further words of the command
  std::uint16_t port_ = 0;
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace stimmbuch::test
