#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

// The little of POSIX files that the standard library does not have. On failure errno says why.
namespace stimmbuch::vault {

// A file descriptor that is closed at the end of its scope; false if there is none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }

 private:
  int number_;
};

bool write_all(const Descriptor& file, std::string_view text);

// Reads until the buffer is full or the file ends; how much it was.
std::optional<std::size_t> read_up_to(const Descriptor& file, std::span<char> buffer);

// Makes the names in a directory durable. An empty path is the working directory.
bool sync_directory(const std::filesystem::path& directory);

}  // namespace stimmbuch::vault
