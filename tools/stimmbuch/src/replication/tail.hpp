#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::program {

// A command in a ledger that its topic never had.
struct TailCommand {
  Position first{};
  std::uint64_t records = 0;
  std::string type;     // of its first record
  std::string subject;  // the same
  std::string time;
  std::string command;  // by which a repeat of it is recognised
};

// What a ledger has behind the last position at which it and its topic are equal.
struct Tail {
  Position fork{};
  Position head{};
  std::vector<TailCommand> commands;
  std::filesystem::path file = {};  // that keeps it

  bool is_behind_fork() const { return head > fork; }
};

// Which ledger this is. Throws std::runtime_error for an empty one.
LedgerId ledger_of(const eventstore::Records& log);

// Throws kafka::BrokerError, and std::runtime_error when ledger and topic have no record in common.
Tail find_tail(const eventstore::Records& log, const kafka::Settings& settings);

// Writes the records of the tail, a line each, into a file of the directory, durably; its path. Throws
// std::runtime_error.
std::filesystem::path keep_tail(const eventstore::Records& log, const Tail& tail,
                                const std::filesystem::path& directory);

}  // namespace stimmbuch::program
