#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::program {

// A file of an exported log is not there, or is not what its name says. The text names it.
class LogFileFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A log as a directory of files, as `log export` makes it and any web server serves it.
class LogDirectory final : public tlog::Tiles {
 public:
  explicit LogDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}

  const std::filesystem::path& path() const { return directory_; }

  // Throw LogFileFault.
  std::string file(std::string_view name) const;
  std::vector<tlog::Hash> read(const tlog::Tile& tile) const override;

  // Whether there is a file of that name with something in it.
  bool has(std::string_view name) const;
  // Puts it there whole; durable with the next sync. Throws std::runtime_error.
  void put(std::string_view name, std::string_view bytes) const;

 private:
  const std::filesystem::path directory_;
};

}  // namespace stimmbuch::program
