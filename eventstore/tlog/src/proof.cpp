#include "stimmbuch/eventstore/tlog/proof.hpp"

#include <bit>

namespace stimmbuch::tlog {

namespace {

// The hashes of a proof up to `inner` lie on either side of the way, as the bits of the index say; those
// behind are all on its left.
Hash climb(Hash hash, std::span<const Hash> proof, std::size_t inner, std::uint64_t index) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const bool is_right = i >= inner || ((index >> i) & 1) != 0;
    hash = is_right ? node_hash(proof[i], hash) : node_hash(hash, proof[i]);
  }
  return hash;
}

// The same way, but to the root of the tree that ends with this leaf.
Hash climb_left(Hash hash, std::span<const Hash> proof, std::size_t inner, std::uint64_t index) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    if (i >= inner || ((index >> i) & 1) != 0) hash = node_hash(proof[i], hash);
  }
  return hash;
}

std::size_t ones_above(std::uint64_t index, std::size_t bits) {
  return bits < 64 ? static_cast<std::size_t>(std::popcount(index >> bits)) : 0;
}

}  // namespace

bool proves_inclusion(std::span<const Hash> proof, std::uint64_t index, const Hash& leaf, std::uint64_t size,
                      const Hash& root) {
  if (index >= size) return false;
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  return proof.size() == inner + ones_above(index, inner) && climb(leaf, proof, inner, index) == root;
}

bool proves_consistency(std::span<const Hash> proof, std::uint64_t old_size, const Hash& old_root,
                        std::uint64_t size, const Hash& root) {
  if (old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  if (old_size == 0) return proof.empty() && old_root == empty_root();
  if (proof.empty()) return false;
  const auto last = old_size - 1;
  const auto shift = static_cast<std::size_t>(std::countr_zero(old_size));
  const auto inner = static_cast<std::size_t>(std::bit_width(last ^ (size - 1))) - shift;
  // Where the smaller tree is one subtree, its root is known already.
  const bool is_subtree = std::has_single_bit(old_size);
  const Hash seed = is_subtree ? old_root : proof.front();
  const auto rest = is_subtree ? proof : proof.subspan(1);
  const auto way = last >> shift;
  return rest.size() == inner + ones_above(last, inner + shift) &&
         climb_left(seed, rest, inner, way) == old_root && climb(seed, rest, inner, way) == root;
}

}  // namespace stimmbuch::tlog
