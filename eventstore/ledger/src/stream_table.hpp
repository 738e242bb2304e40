#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "stimmbuch/eventstore/ledger/position.hpp"

namespace stimmbuch::eventstore {

// The name of a stream in the index. Two subjects may share one, so what is found is confirmed by the record
// itself.
enum class SubjectHash : std::uint64_t {};

// The index entries of consecutive records, in memory. Each record belongs to one stream, so entry n stands
// for the record base + n, and the table only has to chain the entries of a stream: about 20 bytes each.
class StreamTable {
 public:
  StreamTable(Position base, std::size_t capacity) : base_(base) {
    newest_.reserve(capacity);
    older_.reserve(capacity);
  }

  // Enters the record behind last().
  void add(SubjectHash subject) {
    const auto entry = static_cast<Entry>(older_.size() + 1);
    const auto [newest, is_new] = newest_.try_emplace(subject, entry);
    older_.push_back(is_new ? none : newest->second);
    newest->second = entry;
  }

  // Appends the stream's positions to `found`, ascending.
  void find(SubjectHash subject, std::vector<Position>& found) const {
    if (const auto newest = newest_.find(subject); newest != newest_.end()) follow(newest->second, found);
  }

  // Calls `use(SubjectHash, const std::vector<Position>&)` for each stream, by ascending hash; positions
  // ascend too.
  template <typename Use>
  void for_each_stream(const Use& use) const {
    std::vector<std::pair<SubjectHash, Entry>> streams(newest_.begin(), newest_.end());
    std::ranges::sort(streams);
    std::vector<Position> positions;
    for (const auto& [subject, newest] : streams) {
      positions.clear();
      follow(newest, positions);
      use(subject, positions);
    }
  }

  // The table covers the records behind base up to last.
  Position base() const { return base_; }
  Position last() const { return base_ + older_.size(); }
  std::size_t size() const { return older_.size(); }

 private:
  using Entry = std::uint32_t;  // counted from 1
  static constexpr Entry none = 0;

  struct AlreadyHashed {
    using is_avalanching = void;
    std::size_t operator()(SubjectHash subject) const { return std::to_underlying(subject); }
  };

  void follow(Entry newest, std::vector<Position>& found) const {
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    for (auto entry = newest; entry != none; entry = older_[entry - 1]) found.push_back(base_ + entry);
    std::reverse(found.begin() + first, found.end());
  }

  Position base_;
  boost::unordered_flat_map<SubjectHash, Entry, AlreadyHashed> newest_;
  std::vector<Entry> older_;  // for each entry the one before it in its stream
};

}  // namespace stimmbuch::eventstore
