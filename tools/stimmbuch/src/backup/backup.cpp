#include "backup/backup.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "access/scratch_directory.hpp"
#include "backup/ledger_check.hpp"
#include "export/new_directory.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

// A file of the log that the engine may not have yet.
std::expected<std::optional<std::string>, Failure> log_file(ApiClient& engine, const std::string& name) {
  auto bytes = engine.get_bytes("/admin/log/" + name);
  if (bytes) return std::move(*bytes);
  if (bytes.error().code == ExitCode::not_found) return std::nullopt;
  return std::unexpected(std::move(bytes.error()));
}

// Copies the files of a folder, and reads them again.
void copy_verified(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    const auto copy = to / entry.path().filename();
    std::filesystem::copy_file(entry.path(), copy);
    if (content_hash_of(copy) != content_hash_of(entry.path()))
      throw std::runtime_error(copy.string() + " is not what was copied: is the disk sound?");
  }
}

}  // namespace

std::expected<MadeBackup, Failure> make_backup(DataDirectory& data, const std::filesystem::path& target,
                                               Console& console) try {
  if (std::filesystem::exists(target) && !std::filesystem::is_empty(target))
    return failed(ExitCode::usage, fmt::format("{} is there already: name a new directory", target.string()));
  // Before the copy, so that it covers no record that the copy lacks.
  const auto checkpoint = log_file(data.engine, "checkpoint");
  if (!checkpoint) return std::unexpected(checkpoint.error());

  const ScratchDirectory scratch(data.path / fmt::format("backup-{}", getpid()));
  const auto made = data.engine.send({.method = "POST",
                                      .target = "/admin/backup",
                                      .headers = {{"Content-Type", "application/json"}},
                                      .body = json_text({{"directory", scratch.path().string()}})});
  if (!made) return std::unexpected(made.error());
  NewDirectory backup(target);
  std::filesystem::permissions(backup.path(), std::filesystem::perms::owner_all);
  for (const auto* const folder : {"log", "vault"})
    copy_verified(scratch.path() / folder, backup.path() / folder);
  if (*checkpoint) backup.put("checkpoint", **checkpoint);
  for (const auto* const name : {"log.vkey", "log.keys"}) {
    const auto bytes = log_file(data.engine, name);
    if (!bytes) return std::unexpected(bytes.error());
    if (*bytes) backup.put(name, **bytes);
  }
  if (std::filesystem::exists(data.path / "standing"))
    std::filesystem::copy_file(data.path / "standing", backup.path() / "standing");
  backup.put_manifest();

  // Opening a database changes its files, so what is opened is what was copied from.
  const auto log = open_ledger(scratch.path());
  if (!log) return std::unexpected(log.error());
  if (auto sound = check_records(**log, console); !sound) return std::unexpected(sound.error());
  MadeBackup result{.head = (*log)->head(), .signed_size = 0};
  if (*checkpoint) {
    auto note = tlog::parse_note(**checkpoint);
    auto parsed = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
    if (!parsed) return failed(ExitCode::differences, "checkpoint: " + parsed.error());
    result.signed_size = parsed->size;
    if (auto own = check_checkpoint(**log, {std::move(*parsed), std::move(*note)}); !own)
      return std::unexpected(own.error());
  }
  backup.put_in_place();
  return result;
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
