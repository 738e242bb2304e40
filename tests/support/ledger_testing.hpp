#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "internals.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::eventstore::testing {

using namespace std::chrono_literals;

// A directory that is removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A record of tests is "<subject>|<rest>".
std::string_view subject_of(std::string_view record);
std::string record_of(std::string_view subject, std::string_view rest);

// Appends one group and returns its last position; a refusal fails the test.
Position append(Ledger& ledger, const std::vector<std::string>& records);

// The same, as the ledger answers it.
std::expected<Position, AppendError> try_append(Ledger& ledger, const std::vector<std::string>& records);

using Records = std::vector<std::pair<std::uint64_t, std::string>>;

Records records_between(const Ledger& ledger, Position after, Position up_to);
Records all_records(const Ledger& ledger);
Records stream_of(const Ledger& ledger, std::string_view subject);

// The tree is the one of the records, leaf by leaf.
void expect_tree_of_records(const Ledger& ledger);

OpenOptions options_for(const std::filesystem::path& directory);

// Sizes with which a few hundred records fill tables, files and levels.
RocksLedger::Internals small_sizes();

// Opens or fails the test.
std::unique_ptr<RocksLedger> open_ledger(const OpenOptions& options,
                                         const RocksLedger::Internals& internals = small_sizes());

inline std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// Waits until the condition holds; false when that takes more than half a minute.
template <typename Condition>
bool eventually(const Condition& condition) {
  for (const auto deadline = in(30s); !condition(); std::this_thread::sleep_for(1ms))
    if (std::chrono::steady_clock::now() > deadline) return false;
  return true;
}

}  // namespace stimmbuch::eventstore::testing
