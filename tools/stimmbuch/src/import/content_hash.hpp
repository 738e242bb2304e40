#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace stimmbuch::program {

// SHA-256 of bytes that come piece by piece.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();

  void add(std::string_view bytes);
  // In hexadecimal, once, behind the last piece.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of a whole file, in hexadecimal. Throws std::runtime_error.
std::string content_hash_of(const std::filesystem::path& file);

}  // namespace stimmbuch::program
