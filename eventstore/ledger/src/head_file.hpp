#pragma once

#include <chrono>
#include <condition_variable>
#include <expected>
#include <filesystem>
#include <mutex>
#include <thread>

#include <rocksdb/env.h>

#include "fail_stop.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// The position in a head file, before_first when there is none; or why it cannot be read.
std::expected<Position, std::string> read_head_file(rocksdb::Env& env, const std::filesystem::path& file);

rocksdb::Status write_head_file(rocksdb::Env& env, const std::filesystem::path& file, Position head);

// Writes down, on a thread of its own, how far the ledger was durable: a trace outside the log that shows at
// the next opening when the log has lost its end. A failed write trips the fail-stop, for the disk cannot be
// trusted any more.
class HeadFile {
 public:
  // The head of `synced` is written at most once per `interval` and once more at destruction, each time only
  // if it has moved.
  HeadFile(rocksdb::Env& env, std::filesystem::path file, std::chrono::milliseconds interval,
           const Records& synced, FailStop& fail_stop);

 private:
  void run(const std::stop_token& stop);

  rocksdb::Env& env_;
  const std::filesystem::path file_;
  const std::chrono::milliseconds interval_;
  const Records& synced_;
  FailStop& fail_stop_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace stimmbuch::eventstore
