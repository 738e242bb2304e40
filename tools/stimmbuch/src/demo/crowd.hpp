#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "access/api_client.hpp"

namespace stimmbuch::program {

// Where an engine is: its public interface, and the operator's.
struct Place {
  client::ServerUrl server;
  client::ServerUrl admin;
};

// Who has a device in hand. One thread.
class Visitor {
 public:
  explicit Visitor(const Place& place) : server_(place.server, {}), admin_(place.admin, {}) {}

  // A new token, as the town's issuer would give it.
  std::expected<std::string, Failure> token(std::string_view role, std::string_view subject);
  std::expected<Json, Failure> give(const PersonCommand& command);
  ApiClient& server() { return server_; }  // for reading

  std::uint64_t commands() const { return commands_; }

 private:
  ApiClient server_;
  ApiClient admin_;
  std::uint64_t commands_ = 0;
};

// Many people at their devices at once: what is to be done is done for each number from 0 on, on several
// threads with a connection each.
class Crowd {
 public:
  using Deed = std::function<std::expected<void, Failure>(std::size_t number, Visitor& visitor)>;

  Crowd(std::size_t people, const Place& place, std::size_t connections, Deed deed);
  ~Crowd();  // stops

  // How many are through.
  std::size_t done() const { return done_.load(); }
  bool is_over() const { return running_.load() == 0; }

  // Waits for the end: how many commands were given, or the first failure of anybody.
  std::expected<std::uint64_t, Failure> join();

  // Everybody goes home behind what they are doing.
  void stop() { stopping_ = true; }

 private:
  void run(const Place& place);

  const std::size_t people_;
  const Deed deed_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<std::uint64_t> commands_ = 0;
  std::atomic<std::size_t> running_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::optional<Failure> failure_;  // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace stimmbuch::program
