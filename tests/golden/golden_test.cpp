#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::test {
namespace {

const std::filesystem::path samples = STIMMBUCH_GOLDEN_DIR "/events";

// The record in a file: everything but the newline at its end.
std::string record_in(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(text.ends_with('\n')) << file;
  text.pop_back();
  return text;
}

// Files by the type that they are a sample of.
std::map<std::string, std::filesystem::path> samples_by_type() {
  std::map<std::string, std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(samples)) {
    const auto& path = entry.path();
    if (entry.is_regular_file()) {
      files[path.parent_path().filename().string() + "." + path.stem().string()] = path;
    }
  }
  return files;
}

// What was stored once is read for ever, and what is stored now is written as it always was: samples are
// added, never edited. Strict reading writes the record again and compares the bytes.
TEST(GoldenEvents, AreReadAndWrittenByteForByte) {
  for (const auto& [type, file] : samples_by_type()) {
    const auto record = record_in(file);
    const auto event = codec::read_strictly(record);
    EXPECT_TRUE(event) << file << ": " << event.error().what << " at " << event.error().offset;
    EXPECT_EQ(codec::read_envelope(record).value().type, type);
  }
}

TEST(GoldenEvents, ExistForEveryVersionOfEveryType) {
  const auto files = samples_by_type();
  for (const auto& type : codec::stored_types()) {
    const auto mark = type.rfind(".v");
    const auto newest = std::stoul(type.substr(mark + 2));
    for (auto version = newest; version > 0; --version) {
      const auto name = type.substr(0, mark + 2) + std::to_string(version);
      EXPECT_TRUE(files.contains(name)) << "no sample of " << name << " in " << samples;
    }
  }
}

}  // namespace
}  // namespace stimmbuch::test
