#include "erasure/rotation_backups.hpp"

#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::program {

RotationBackups::RotationBackups(std::filesystem::path directory, const LedgerId& ledger, BackupSource source)
    : directory_(std::move(directory)),
      front_(std::string(ledger.text()).append(1, '-')),
      source_(std::move(source)) {}

std::expected<std::filesystem::path, std::string> RotationBackups::make(const vault::WrappingKeys& keys,
                                                                        Time now,
                                                                        const std::stop_token& stop) const {
  // A disk that is not mounted must not be taken for an empty directory.
  if (!std::filesystem::is_directory(directory_)) {
    return std::unexpected(fmt::format(
        "{}, the directory for backups of rotations, is not there: mount or make it", directory_.string()));
  }
  remove_unfinished();
  auto time = std::string(codec::TimeText(now).view());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });  // no file system minds what is left
  auto target = directory_ / (front_ + time);
  std::ostream nowhere(nullptr);
  Console silent(nowhere, nowhere, {.quiet = true});
  const auto made = make_backup(source_, target, {.opens_with = keys, .stop = stop}, silent);
  if (!made) return std::unexpected(made.error().text);
  return target;
}

void RotationBackups::remove_all_but(const std::filesystem::path& backup) const {
  for (const auto& one : own())
    if (one != backup) std::filesystem::remove_all(one);
}

// What crashes left would fill the disk.
void RotationBackups::remove_unfinished() const {
  for (const auto& one : own())
    if (one.extension() == ".part") std::filesystem::remove_all(one);
}

std::vector<std::filesystem::path> RotationBackups::own() const {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    if (entry.path().filename().string().starts_with(front_)) found.push_back(entry.path());
  return found;
}

}  // namespace stimmbuch::program
