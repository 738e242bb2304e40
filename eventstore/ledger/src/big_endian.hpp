#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include <rocksdb/slice.h>

namespace stimmbuch::eventstore {

static_assert(std::endian::native == std::endian::little);

// A number as 8 bytes whose order as bytes is the order of the numbers: the keys of both databases.
class BigEndian {
 public:
  explicit BigEndian(std::uint64_t value) {
    const auto swapped = __builtin_bswap64(value);
    std::memcpy(bytes_.data(), &swapped, sizeof swapped);
  }

  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

  // The number in the first 8 bytes of `bytes`.
  static std::uint64_t read(const char* bytes) {
    std::uint64_t swapped = 0;
    std::memcpy(&swapped, bytes, sizeof swapped);
    return __builtin_bswap64(swapped);
  }

 private:
  std::array<char, 8> bytes_;
};

}  // namespace stimmbuch::eventstore
