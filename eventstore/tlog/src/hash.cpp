#include "stimmbuch/eventstore/tlog/hash.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace stimmbuch::tlog {

Hash leaf_hash(std::string_view entry) {
  constexpr std::byte prefix[]{std::byte{0}};
  return crypto::sha256({prefix, crypto::bytes_of(entry)});
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::byte, 1 + 2 * sizeof(Hash)> bytes{std::byte{1}};
  std::ranges::copy(left, bytes.begin() + 1);
  std::ranges::copy(right, bytes.begin() + 1 + sizeof(Hash));
  return crypto::sha256(bytes);
}

Hash empty_root() {
  return crypto::sha256(std::span<const std::byte>{});
}

}  // namespace stimmbuch::tlog
