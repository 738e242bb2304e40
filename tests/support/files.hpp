// Whole files of a test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace stimmbuch::test {

// Empty where there is no such file.
inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void overwrite(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace stimmbuch::test
