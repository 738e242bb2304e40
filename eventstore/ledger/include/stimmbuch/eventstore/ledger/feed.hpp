#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// A reader's place in a log. Catching up and following live are the same step, read up to the head or
// wait for it to move, so nothing can be missed or come twice between them. Used by one thread; the log
// must outlive it.
class Feed {
 public:
  struct Limits {
    std::size_t records;
    std::size_t bytes;  // of records; the record that crosses it is still delivered
  };
  using Visitor = std::function<void(Position, std::string_view record)>;

  Feed(const Records& log, Position after) : log_(&log), cursor_(after) {}

  // Shows the visitor the next records within the limits, and moves behind them. Where there are none it
  // waits until there are, the deadline has passed, or the ledger is closed. Returns how many were shown. A
  // record for which the visitor throws counts as not shown.
  std::size_t next(Limits limits, std::chrono::steady_clock::time_point deadline, const Visitor& visitor);

  // The last record shown.
  Position cursor() const { return cursor_; }

 private:
  const Records* log_;
  Position cursor_;
};

}  // namespace stimmbuch::eventstore
