#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "access/api_client.hpp"
#include "demo/town_vote.hpp"

namespace stimmbuch::program {

// Citizens at their devices: each registers, is verified by a registrar and votes, over HTTP and with a token
// of the own. Several threads, each with a connection of its own; a citizen's steps follow each other.
class Crowd {
 public:
  struct Place {
    client::ServerUrl server;  // the public interface
    client::ServerUrl admin;   // where the demo's citizens get their tokens
    std::string registrar;     // token
  };

  Crowd(const std::vector<TownCitizen>& citizens, Place place, std::size_t connections);
  ~Crowd();  // stops

  // Citizens that are through.
  std::size_t done() const { return done_.load(); }
  std::uint64_t commands() const { return commands_.load(); }
  bool is_over() const { return running_.load() == 0; }

  // Waits for the end; the first failure of anybody.
  std::expected<void, Failure> join();

  // Everybody goes home behind the present citizen.
  void stop() { stopping_ = true; }

 private:
  void run();
  std::expected<void, Failure> take_part(const TownCitizen& citizen, ApiClient& server, ApiClient& admin);

  const std::vector<TownCitizen>& citizens_;
  const Place place_;
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
