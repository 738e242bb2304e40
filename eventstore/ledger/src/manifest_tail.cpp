#include "manifest_tail.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include <boost/crc.hpp>

namespace stimmbuch::eventstore {
namespace {

// RocksDB's log format: blocks of 32 KiB, filled with fragments that do not cross them. A fragment is a
// masked CRC-32C of type and payload, 2 bytes with the length of the payload, a byte with the type, the
// payload. Less than a header's room at the end of a block is padding.
constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;
enum class Type : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t masked(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xa282ead8U;
}

std::size_t behind_padding(std::size_t at) {
  const auto room = block_bytes - at % block_bytes;
  return room < header_bytes ? at + room : at;
}

std::size_t payload_bytes(std::string_view fragment) {
  return std::size_t{static_cast<std::uint8_t>(fragment[4])} |
         std::size_t{static_cast<std::uint8_t>(fragment[5])} << 8;
}

// The fragment that begins at `at`, if there is a sound one.
std::optional<std::string_view> fragment_at(std::string_view manifest, std::size_t at) {
  if (at > manifest.size() || manifest.size() - at < header_bytes) return std::nullopt;
  const auto fragment = manifest.substr(at, block_bytes - at % block_bytes);
  const auto size = header_bytes + payload_bytes(fragment);
  const auto type = static_cast<std::uint8_t>(fragment[6]);
  if (size > fragment.size() || type < std::to_underlying(Type::full) ||
      type > std::to_underlying(Type::last))
    return std::nullopt;
  std::uint32_t stored = 0;
  std::memcpy(&stored, fragment.data(), sizeof stored);
  Crc32c crc;
  crc.process_bytes(fragment.data() + 6, size - 6);
  if (masked(crc.checksum()) != stored) return std::nullopt;
  return fragment.substr(0, size);
}

// Whether a sound fragment begins where one would, given that the one at `damage` is not sound.
bool goes_on_behind(std::string_view manifest, std::size_t damage) {
  if (manifest.size() - damage >= header_bytes &&
      fragment_at(manifest, behind_padding(damage + header_bytes + payload_bytes(manifest.substr(damage)))))
    return true;
  for (auto block = (damage / block_bytes + 1) * block_bytes; block < manifest.size(); block += block_bytes)
    if (fragment_at(manifest, block)) return true;
  return false;
}

}  // namespace

std::optional<std::size_t> sound_manifest_bytes(std::string_view manifest) {
  std::size_t sound = 0;
  std::size_t at = 0;
  while (const auto fragment = fragment_at(manifest, at)) {
    const auto type = static_cast<Type>((*fragment)[6]);
    at += fragment->size();
    if (type == Type::full || type == Type::last) sound = at;
    at = behind_padding(at);
  }
  if (at < manifest.size() && goes_on_behind(manifest, at)) return std::nullopt;
  return sound;
}

}  // namespace stimmbuch::eventstore
