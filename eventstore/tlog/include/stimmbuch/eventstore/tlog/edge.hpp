#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "stimmbuch/eventstore/tlog/hash.hpp"

namespace stimmbuch::tlog {

// The right edge of a tree: the roots of the complete subtrees that its leaves fall into, the largest first,
// one for each bit of the size. It is all that appending needs. Not for several threads.
class Edge {
 public:
  Edge() = default;
  // Of a tree of `size` leaves; `roots` has as many members as the size has bits.
  Edge(std::uint64_t size, std::vector<Hash> roots) : size_(size), roots_(std::move(roots)) {}

  std::uint64_t size() const { return size_; }

  // Appends a leaf. Calls `completed(level, index, hash)` for each node that has all its leaves now, upwards,
  // the leaf itself first: level 0. Node `index` of a level lies over the leaves from index · 2^level on.
  template <class Completed>
  void append(Hash hash, const Completed& completed) {
    unsigned level = 0;
    std::uint64_t index = size_++;
    completed(level, index, hash);
    while ((index & 1) != 0) {
      hash = node_hash(roots_.back(), hash);
      roots_.pop_back();
      index >>= 1;
      completed(++level, index, hash);
    }
    roots_.push_back(hash);
  }

  Hash root() const { return fold(roots_); }

  // The root over neighbouring subtrees of falling size.
  static Hash fold(const std::vector<Hash>& roots) {
    if (roots.empty()) return empty_root();
    Hash root = roots.back();
    for (auto left = roots.rbegin() + 1; left != roots.rend(); ++left) root = node_hash(*left, root);
    return root;
  }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;
};

}  // namespace stimmbuch::tlog
