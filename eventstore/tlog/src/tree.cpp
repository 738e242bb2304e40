#include "stimmbuch/eventstore/tlog/tree.hpp"

#include <algorithm>
#include <bit>

namespace stimmbuch::tlog {

Edge Tree::edge() {
  return {size_, cover(0, size_)};
}

std::vector<Hash> Tree::cover(std::uint64_t begin, std::uint64_t end) {
  std::vector<Hash> roots;
  while (begin < end) {
    const auto leaves = std::bit_floor(end - begin);
    roots.push_back(node(static_cast<unsigned>(std::countr_zero(leaves)), begin / leaves));
    begin += leaves;
  }
  return roots;
}

Hash Tree::node(unsigned level, std::uint64_t index) {
  const unsigned tile_level = level / tile_height;
  const unsigned above = level % tile_height;  // the tile's own hashes
  const auto first = index << above;
  const auto tile_index = first / tile_width;

  auto [tile, is_new] = read_.try_emplace({tile_level, tile_index});
  if (is_new) tile->second = tiles_.read(tile_at(size_, tile_level, tile_index));

  const auto begin = tile->second.begin() + static_cast<std::ptrdiff_t>(first % tile_width);
  std::vector<Hash> hashes(begin, begin + (std::ptrdiff_t{1} << above));
  for (auto count = hashes.size() / 2; count > 0; count /= 2)
    for (std::size_t i = 0; i < count; ++i) hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  return hashes.front();
}

void Tree::siblings(unsigned level, std::uint64_t index, std::vector<Hash>& proof) {
  for (auto last = (size_ - 1) >> level; last > 0; last >>= 1, index >>= 1, ++level) {
    if ((index & 1) != 0) {
      proof.push_back(node(level, index - 1));
    } else if (index < last) {
      proof.push_back(range((index + 1) << level, std::min((index + 2) << level, size_)));
    }
  }
}

std::vector<Hash> Tree::inclusion_proof(std::uint64_t index) {
  std::vector<Hash> proof;
  siblings(0, index, proof);
  return proof;
}

std::vector<Hash> Tree::consistency_proof(std::uint64_t size) {
  std::vector<Hash> proof;
  if (size == size_) return proof;
  // The largest subtree that the smaller tree ends with.
  const auto level = static_cast<unsigned>(std::countr_one(size - 1));
  const auto index = (size - 1) >> level;
  if (index > 0) proof.push_back(node(level, index));
  siblings(level, index, proof);
  return proof;
}

}  // namespace stimmbuch::tlog
