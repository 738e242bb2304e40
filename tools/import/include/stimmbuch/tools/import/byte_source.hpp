#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "stimmbuch/tools/import/read_error.hpp"

namespace stimmbuch::import {

// The bytes of one file, a block at a time. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // The next block, valid until the next call; empty at the end. After an error or the end it is not called
  // again.
  virtual std::expected<std::string_view, ReadError> next_block() = 0;
};

inline constexpr std::uint64_t default_max_file_bytes = std::uint64_t{1} << 30;

// Opens a plain or gzip file; the first bytes tell which. Reading fails once the file, unpacked, has given
// more than `max_bytes`, so that a small file cannot unpack without end.
std::expected<std::unique_ptr<ByteSource>, ReadError> file_source(
    const std::filesystem::path& path, std::uint64_t max_bytes = default_max_file_bytes);

// A source over text in memory.
std::unique_ptr<ByteSource> text_source(std::string text);

}  // namespace stimmbuch::import
