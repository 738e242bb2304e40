#pragma once

#include <deque>
#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::eventstore {

// A ledger that keeps its records in memory only: the reference that others are tested against, and the
// store of tests.
class MemoryLedger final : public Ledger {
 public:
  explicit MemoryLedger(Visibility visibility = Visibility::when_synced) : visibility_(visibility) {}

  std::expected<Position, AppendError> append(std::span<const NewRecord> records) override;
  const Records& synced() const override { return synced_; }
  const tlog::Tiles& tiles() const override { return tiles_; }
  void show(Position up_to) override;
  void close() override;

  Position head() const override { return visible_.head(); }
  Position read(Position after, Position up_to, const RecordVisitor& visitor) const override {
    return visible_.read(after, up_to, visitor);
  }
  std::optional<std::string> at(Position position) const override { return visible_.at(position); }
  void read_stream(std::string_view subject, const RecordVisitor& visitor) const override {
    visible_.read_stream(subject, visitor);
  }
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override {
    return visible_.wait_beyond(position, deadline);
  }
  Subscription on_head(Head::Listener listener) const override {
    return visible_.on_head(std::move(listener));
  }

 private:
  struct Kept {
    mutable std::shared_mutex mutex;  // guards the two below; records already there stay where they are
    std::deque<std::string> records;
    std::map<std::string, std::vector<Position>, std::less<>> streams;
  };

  // What is kept, up to a head.
  class UpTo final : public Records {
   public:
    explicit UpTo(const Kept& kept) : kept_(kept) {}

    Position head() const override { return head_.get(); }
    Position read(Position after, Position up_to, const RecordVisitor& visitor) const override;
    std::optional<std::string> at(Position position) const override;
    void read_stream(std::string_view subject, const RecordVisitor& visitor) const override;
    Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override {
      return head_.wait_beyond(position, deadline);
    }
    Subscription on_head(Head::Listener listener) const override {
      return head_.subscribe(std::move(listener));
    }

    void raise(Position to) { head_.raise(to); }
    void close() { head_.close(); }

   private:
    const Kept& kept_;
    mutable Head head_{before_first};
  };

  // The tree, computed from the records whenever it is asked for.
  class ComputedTiles final : public tlog::Tiles {
   public:
    explicit ComputedTiles(const Kept& kept) : kept_(kept) {}
    std::vector<tlog::Hash> read(const tlog::Tile& tile) const override;

   private:
    const Kept& kept_;
  };

  const Visibility visibility_;
  Kept kept_;
  ComputedTiles tiles_{kept_};
  UpTo synced_{kept_};
  UpTo visible_{kept_};
};

}  // namespace stimmbuch::eventstore
