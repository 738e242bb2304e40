#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/tlog/tree.hpp"
#include "support/hex.hpp"

// Logs kept in memory: what the tree of some entries is, said as RFC 6962 says it.
namespace stimmbuch::test {

// The root over entries: MTH of RFC 6962, section 2.1.
inline tlog::Hash root_of(const std::vector<std::string>& entries, std::size_t begin, std::size_t end) {
  if (begin == end) return tlog::empty_root();
  if (end - begin == 1) return tlog::leaf_hash(entries[begin]);
  std::size_t left = 1;
  while (2 * left < end - begin) left *= 2;
  return tlog::node_hash(root_of(entries, begin, begin + left), root_of(entries, begin + left, end));
}

// Their tiles.
class EntryTiles final : public tlog::Tiles {
 public:
  explicit EntryTiles(std::vector<std::string> entries) : entries_(std::move(entries)) {}

  std::vector<tlog::Hash> read(const tlog::Tile& tile) const override {
    std::vector<tlog::Hash> hashes;
    const auto leaves = std::size_t{1} << (tile.level * tlog::tile_height);
    for (unsigned i = 0; i < tile.width; ++i) {
      const auto begin = (tile.index * tlog::tile_width + i) * leaves;
      hashes.push_back(root_of(entries_, begin, begin + leaves));
    }
    return hashes;
  }

 private:
  std::vector<std::string> entries_;
};

inline std::string sha256_of(std::string_view bytes) {
  return to_hex(crypto::sha256(crypto::bytes_of(bytes)));
}

}  // namespace stimmbuch::test
