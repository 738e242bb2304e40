#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace stimmbuch::vault {

// A map that keeps only the `capacity` entries that were used last. Not for several threads at once.
template <class Key, class Value, class Hash = std::hash<Key>>
class LruCache {
 public:
  explicit LruCache(std::size_t capacity) : capacity_{capacity} {}

  // The value of a key, which counts as a use, or nullptr. Valid until the next call.
  const Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return &found->second->second;
  }

  // Keeps the value that the key has already, if any.
  void insert(const Key& key, Value value) {
    if (places_.contains(key)) return;
    newest_first_.emplace_front(key, std::move(value));
    places_.emplace(key, newest_first_.begin());
    if (places_.size() > capacity_) erase(newest_first_.back().first);
  }

  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    const auto entry = found->second;
    places_.erase(found);
    newest_first_.erase(entry);
  }

  void clear() {
    places_.clear();
    newest_first_.clear();
  }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t capacity_;
  Entries newest_first_;
  std::unordered_map<Key, typename Entries::iterator, Hash> places_;
};

}  // namespace stimmbuch::vault
