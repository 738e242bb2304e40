#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stimmbuch/eventstore/tlog/hash.hpp"

// How a log is cut into files: C2SP tlog-tiles, https://c2sp.org/tlog-tiles.
namespace stimmbuch::tlog {

inline constexpr unsigned tile_height = 8;
inline constexpr unsigned tile_width = 1U << tile_height;

// Hashes of one level that lie beside each other: number j is the node over the 256^level leaves from
// (256 · index + j) · 256^level on. Level 0 has the leaves. Narrower than `tile_width` it is partial: the
// last of its level in a tree of some size.
struct Tile {
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned width = tile_width;

  friend bool operator==(const Tile&, const Tile&) = default;
};

// Entries that lie beside each other, as many as the tile of level 0 with the same index and width has.
struct Bundle {
  std::uint64_t index = 0;
  unsigned width = tile_width;

  friend bool operator==(const Bundle&, const Bundle&) = default;
};

// How many hashes of a tile's level are complete in a tree of that size.
constexpr std::uint64_t hashes_at(unsigned level, std::uint64_t size) {
  const unsigned shift = level * tile_height;
  return shift < 64 ? size >> shift : 0;
}

// Whether a tree of that size has the tile, complete as it is named.
bool has_tile(std::uint64_t size, const Tile& tile);

// As wide as it is in a tree of that size, which has at least its first hash.
Tile tile_at(std::uint64_t size, unsigned level, std::uint64_t index);

// ---- their addresses, relative to the log's: tile/1/x001/067, tile/0/000.p/44, tile/entries/000

std::string path_of(const Tile& tile);
std::string path_of(const Bundle& bundle);

// Nothing if the path is not written exactly so.
std::optional<std::variant<Tile, Bundle>> parse_path(std::string_view path);

// ---- their bytes

// A tile has its hashes and nothing else.
std::string bytes_of(const std::vector<Hash>& hashes);
std::optional<std::vector<Hash>> hashes_of(std::string_view bytes, unsigned width);

// A bundle has each entry behind its length in two bytes, big-endian. The entry has at most 65 535 bytes.
void append_entry(std::string& bundle, std::string_view entry);
// Nothing if the bytes do not end with an entry.
std::optional<std::vector<std::string_view>> entries_of(std::string_view bundle);

}  // namespace stimmbuch::tlog
