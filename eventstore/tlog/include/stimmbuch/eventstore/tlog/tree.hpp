#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "stimmbuch/eventstore/tlog/edge.hpp"
#include "stimmbuch/eventstore/tlog/tile.hpp"

namespace stimmbuch::tlog {

// Where the tiles of a log are. Any thread.
class Tiles {
 public:
  virtual ~Tiles() = default;

  // The hashes of a tile that the log has. Throws what its source throws.
  virtual std::vector<Hash> read(const Tile& tile) const = 0;
};

// The tree of some size, computed from tiles. It keeps the tiles that it read, two a level for one question:
// one tree for one question, and one thread.
class Tree {
 public:
  // The tiles must outlive it, and have all of such a tree.
  Tree(const Tiles& tiles, std::uint64_t size) : tiles_(tiles), size_(size) {}

  Hash root() { return range(0, size_); }

  // To append to it.
  Edge edge();

  // The hashes beside the way from a leaf to the root, lowest first. `index` < size. RFC 6962, 2.1.1.
  std::vector<Hash> inclusion_proof(std::uint64_t index);

  // What proves that the tree of `size` first leaves grew into this one; 0 < size <= the tree's.
  // RFC 6962, 2.1.2.
  std::vector<Hash> consistency_proof(std::uint64_t size);

 private:
  // The node over the 2^level leaves from index · 2^level on, all of which exist.
  Hash node(unsigned level, std::uint64_t index);
  // The root over the leaves from `begin` up to `end`, where the complete subtrees in it begin at multiples
  // of their sizes.
  Hash range(std::uint64_t begin, std::uint64_t end) { return Edge::fold(cover(begin, end)); }
  std::vector<Hash> cover(std::uint64_t begin, std::uint64_t end);
  void siblings(unsigned level, std::uint64_t index, std::vector<Hash>& proof);

  const Tiles& tiles_;
  const std::uint64_t size_;
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> read_;
};

}  // namespace stimmbuch::tlog
