#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::projections {

// The documents that were read last, at most so many bytes of them. Any thread.
//
// A reader that misses reads the store and then puts what it found; between the two a commit may replace the
// document. So the reader asks for the epoch first, and `put` takes nothing that was read in an earlier one.
class DocumentCache {
 public:
  explicit DocumentCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  struct Found {
    std::shared_ptr<const Document> document;  // null: not here
    std::uint64_t epoch;
  };
  Found find(std::string_view key);

  void put(std::string_view key, std::shared_ptr<const Document> document, std::uint64_t epoch);

  // Begins a new epoch without these documents.
  template <class Keys>
  void drop(const Keys& keys) {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    for (const auto& key : keys) {
      if (const auto found = index_.find(key); found != index_.end()) erase(found->second);
    }
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Document> document;
  };
  using Entries = std::list<Entry>;

  static std::size_t bytes_of(const Entry& entry);
  void erase(Entries::iterator entry);

  const std::size_t bytes_max_;

  std::mutex mutex_;  // guards what follows; held for a look-up, never while a document is read or made
  std::uint64_t epoch_ = 0;
  std::size_t bytes_ = 0;
  Entries entries_;                                                // used last first
  std::unordered_map<std::string_view, Entries::iterator> index_;  // keys lie in the entries
};

}  // namespace stimmbuch::projections
