#include "export/new_directory.hpp"

#include <cerrno>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include "cli/console.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

std::filesystem::path name_meanwhile(std::filesystem::path target) {
  return target += ".part";
}

std::filesystem::path without_slash(std::filesystem::path path) {
  path = std::filesystem::absolute(path).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

NewDirectory::NewDirectory(std::filesystem::path target)
    : target_(without_slash(std::move(target))), path_(name_meanwhile(target_)) {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

NewDirectory::~NewDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void NewDirectory::put(std::string_view name, std::string_view bytes) const {
  const auto file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  files::replace_whole(file, bytes);
}

void NewDirectory::put_manifest() const {
  std::map<std::string, Json> files;  // by name, so that the same files give the same bytes
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    if (!entry.is_regular_file()) continue;
    files.emplace(entry.path().lexically_relative(path_).generic_string(),
                  Json{{"bytes", entry.file_size()}, {"sha256", content_hash_of(entry.path())}});
  }
  put("manifest.json", Json{{"files", files}}.dump(1) + "\n");
}

void NewDirectory::put_in_place() {
  files::sync_file_system(path_);
  std::error_code error;
  // Onto an empty directory, too, but onto nothing else.
  std::filesystem::rename(path_, target_, error);
  if (error) throw std::runtime_error(target_.string() + ": " + error.message());
  files::sync_directory(target_.parent_path());
}

void NewDirectory::replace() {
  if (!std::filesystem::exists(target_)) return put_in_place();
  files::sync_file_system(path_);
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0)
    throw std::runtime_error(target_.string() + ": " + std::generic_category().message(errno));
  files::sync_directory(target_.parent_path());
}

}  // namespace stimmbuch::program
