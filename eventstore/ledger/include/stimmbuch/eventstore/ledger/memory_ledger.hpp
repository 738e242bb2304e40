#pragma once

#include <deque>
#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// A ledger that keeps its records in memory only: the reference that others are tested against, and the
// store of tests.
class MemoryLedger final : public Ledger {
 public:
  std::expected<Position, AppendError> append(std::span<const NewRecord> records) override;
  Position head() const override { return visible_.get(); }
  Position read(Position after, Position up_to, const RecordVisitor& visitor) const override;
  std::optional<std::string> at(Position position) const override;
  void read_stream(std::string_view subject, const RecordVisitor& visitor) const override;
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override {
    return visible_.wait_beyond(position, deadline);
  }
  Subscription on_head(VisibleHead::Listener listener) override {
    return visible_.subscribe(std::move(listener));
  }
  void close() override { visible_.close(); }

 private:
  mutable std::shared_mutex mutex_;  // guards the two below; records already there stay where they are
  std::deque<std::string> records_;
  std::map<std::string, std::vector<Position>, std::less<>> streams_;
  VisibleHead visible_{before_first};
};

}  // namespace stimmbuch::eventstore
