#include "stimmbuch/eventstore/tlog/tile.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "decimal.hpp"

namespace stimmbuch::tlog {

namespace {

constexpr unsigned level_max = 63;

// In groups of three digits, each but the last behind an x: x001/x234/067.
std::string grouped(std::uint64_t index) {
  std::string text = std::to_string(index);
  text.insert(0, (3 - text.size() % 3) % 3, '0');
  std::string groups;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    if (i + 3 < text.size()) groups += 'x';
    groups.append(text, i, 3);
    if (i + 3 < text.size()) groups += '/';
  }
  return groups;
}

// Takes more than is written by `grouped`.
std::optional<std::uint64_t> parse_grouped(std::string_view text) {
  std::string digits;
  while (text.starts_with('x') && text.size() > 4 && text[4] == '/') {
    digits.append(text, 1, 3);
    text.remove_prefix(5);
  }
  digits.append(text);
  if (text.size() != 3) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return parse_decimal(digits);
}

std::string partial(unsigned width) {
  return width == tile_width ? std::string() : ".p/" + std::to_string(width);
}

}  // namespace

bool has_tile(std::uint64_t size, const Tile& tile) {
  const auto hashes = hashes_at(tile.level, size);
  return tile.width > 0 && tile.width <= tile_width && tile.index <= hashes / tile_width &&
         tile.index * tile_width + tile.width <= hashes;
}

Tile tile_at(std::uint64_t size, unsigned level, std::uint64_t index) {
  const auto behind = hashes_at(level, size) - index * tile_width;
  return {level, index, static_cast<unsigned>(std::min<std::uint64_t>(behind, tile_width))};
}

std::string path_of(const Tile& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + grouped(tile.index) + partial(tile.width);
}

std::string path_of(const Bundle& bundle) {
  return "tile/entries/" + grouped(bundle.index) + partial(bundle.width);
}

std::optional<std::variant<Tile, Bundle>> parse_path(std::string_view path) {
  constexpr std::string_view prefix = "tile/";
  constexpr std::string_view partial_mark = ".p/";
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const auto kind = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(kind.size() + 1, path.size()));

  std::uint64_t width = tile_width;
  if (const auto mark = path.find(partial_mark); mark != std::string_view::npos) {
    const auto read = parse_decimal(path.substr(mark + partial_mark.size()));
    if (!read || *read == 0 || *read >= tile_width) return std::nullopt;
    width = *read;
    path = path.substr(0, mark);
  }
  const auto index = parse_grouped(path);
  if (!index || grouped(*index) != path) return std::nullopt;
  if (kind == "entries") return Bundle{*index, static_cast<unsigned>(width)};
  const auto level = parse_decimal(kind);
  if (!level || *level > level_max) return std::nullopt;
  return Tile{static_cast<unsigned>(*level), *index, static_cast<unsigned>(width)};
}

std::string bytes_of(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(Hash));
  for (const Hash& hash : hashes) bytes += crypto::text_of(hash);
  return bytes;
}

std::optional<std::vector<Hash>> hashes_of(std::string_view bytes, unsigned width) {
  if (bytes.size() != width * sizeof(Hash)) return std::nullopt;
  std::vector<Hash> hashes(width);
  std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

void append_entry(std::string& bundle, std::string_view entry) {
  if (entry.size() > UINT16_MAX) throw std::length_error("an entry of over 65 535 bytes");
  bundle += static_cast<char>(entry.size() >> 8);
  bundle += static_cast<char>(entry.size() & 255);
  bundle += entry;
}

std::optional<std::vector<std::string_view>> entries_of(std::string_view bundle) {
  std::vector<std::string_view> entries;
  while (!bundle.empty()) {
    if (bundle.size() < 2) return std::nullopt;
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bundle[0])) << 8 |
                        static_cast<unsigned char>(bundle[1]);
    if (bundle.size() < 2 + length) return std::nullopt;
    entries.push_back(bundle.substr(2, length));
    bundle.remove_prefix(2 + length);
  }
  return entries;
}

}  // namespace stimmbuch::tlog
