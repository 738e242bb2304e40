#include "export/log_directory.hpp"

#include <system_error>

#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

std::string LogDirectory::file(std::string_view name) const {
  auto content = files::read_if_there(directory_ / name);
  if (!content) throw LogFileFault(std::string(name) + " is not there");
  return std::move(*content);
}

std::vector<tlog::Hash> LogDirectory::read(const tlog::Tile& tile) const {
  const auto name = path_of(tile);
  auto hashes = tlog::hashes_of(file(name), tile.width);
  if (!hashes) throw LogFileFault(name + " has not " + std::to_string(tile.width) + " hashes");
  return std::move(*hashes);
}

bool LogDirectory::has(std::string_view name) const {
  std::error_code none;
  const auto size = std::filesystem::file_size(directory_ / name, none);
  return !none && size > 0;
}

void LogDirectory::put(std::string_view name, std::string_view bytes) const {
  const auto target = directory_ / name;
  std::filesystem::create_directories(target.parent_path());
  files::replace_whole(target, bytes);
}

}  // namespace stimmbuch::program
