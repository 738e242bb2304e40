#include "backup/backup.hpp"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "access/data_directory.hpp"
#include "access/scratch_directory.hpp"
#include "backup/ledger_check.hpp"
#include "export/new_directory.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/adapters/vault/copy_check.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
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

std::expected<void, Failure> link(ApiClient& engine, const std::filesystem::path& directory) {
  const auto made = engine.send({.method = "POST",
                                 .target = "/admin/backup",
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = json_text({{"directory", directory.string()}})});
  if (!made) return std::unexpected(made.error());
  return {};
}

void throw_if(const std::stop_token& stop) {
  if (stop.stop_requested()) throw std::runtime_error("the backup was given up, since the engine ends");
}

// Copies the files of a folder, and reads them again.
void copy_verified(const std::filesystem::path& from, const std::filesystem::path& to,
                   const std::stop_token& stop) {
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    throw_if(stop);
    const auto copy = to / entry.path().filename();
    std::filesystem::copy_file(entry.path(), copy);
    if (content_hash_of(copy) != content_hash_of(entry.path()))
      throw std::runtime_error(copy.string() + " is not what was copied: is the disk sound?");
  }
}

}  // namespace

BackupSource source_of(DataDirectory& data) {
  return {.data = data.path,
          .link = [&engine = data.engine](
                      const std::filesystem::path& directory) { return link(engine, directory); },
          .log_file = [&engine = data.engine](const std::string& name) { return log_file(engine, name); }};
}

std::expected<MadeBackup, Failure> make_backup(const BackupSource& source,
                                               const std::filesystem::path& target,
                                               const BackupWishes& wishes, Console& console) try {
  if (std::filesystem::exists(target) && !std::filesystem::is_empty(target))
    return failed(ExitCode::usage, fmt::format("{} is there already: name a new directory", target.string()));
  // Before the copy, so that it covers no record that the copy lacks.
  const auto checkpoint = source.log_file("checkpoint");
  if (!checkpoint) return std::unexpected(checkpoint.error());

  const ScratchDirectory scratch(source.data / fmt::format("backup-{}", getpid()));
  if (auto made = source.link(scratch.path()); !made) return std::unexpected(std::move(made.error()));
  NewDirectory backup(target);
  std::filesystem::permissions(backup.path(), std::filesystem::perms::owner_all);
  for (const auto* const folder : {"log", "vault"})
    copy_verified(scratch.path() / folder, backup.path() / folder, wishes.stop);
  if (*checkpoint) backup.put("checkpoint", **checkpoint);
  for (const auto* const name : {"log.vkey", "log.keys"}) {
    const auto bytes = source.log_file(name);
    if (!bytes) return std::unexpected(bytes.error());
    if (*bytes) backup.put(name, **bytes);
  }
  if (std::filesystem::exists(source.data / "standing"))
    std::filesystem::copy_file(source.data / "standing", backup.path() / "standing");
  backup.put_manifest();
  if (wishes.opens_with) {
    files::sync_file_system(backup.path());
    const auto opened = vault::opens_wholly(backup.path() / "vault", *wishes.opens_with,
                                            [&] { return !wishes.stop.stop_requested(); });
    if (!opened) return failed(ExitCode::differences, opened.error().text);
  }

  // Opening a database changes its files, so what is opened is what was copied from.
  const auto log = open_ledger(scratch.path());
  if (!log) return std::unexpected(log.error());
  if (auto sound = check_records(**log, console, wishes.stop); !sound) return std::unexpected(sound.error());
  MadeBackup result{.head = (*log)->head(), .signed_size = 0};
  if (*checkpoint) {
    auto note = tlog::parse_note(**checkpoint);
    auto parsed = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
    if (!parsed) return failed(ExitCode::differences, "checkpoint: " + parsed.error());
    result.signed_size = parsed->size;
    if (auto own = check_checkpoint(**log, {std::move(*parsed), std::move(*note)}); !own)
      return std::unexpected(own.error());
  }
  throw_if(wishes.stop);
  backup.put_in_place();
  return result;
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
