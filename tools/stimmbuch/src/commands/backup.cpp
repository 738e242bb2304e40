// backup and restore.
#include "backup/backup.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/data_directory.hpp"
#include "backup/restore.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

Result back_up(Session& session) {
  const auto& target = session.given.arguments.front();
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto made = make_backup(source_of(data), target, {}, session.console);
    if (!made) return std::unexpected(made.error());
    session.console.print(fmt::format("{}: {} records and the vault, verified; signed for are {}", target,
                                      number(made->head), made->signed_size));
    session.console.say("The key file is not in it: keep a copy of that elsewhere.");
    session.console.summary({{"directory", target},
                             {"head", std::to_string(number(made->head))},
                             {"signed", std::to_string(made->signed_size)}});
    return ExitCode::ok;
  });
}

Result restore(Session& session) {
  auto options = session.settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  spdlog::set_level(spdlog::level::warn);
  RestoreWishes wishes{
      .checkpoint = {}, .accept_loss = session.given.has("--accept-loss"), .origin = options->origin};
  if (const auto name = session.given.value("--checkpoint")) {
    wishes.checkpoint = files::read_if_there(*name);
    if (!wishes.checkpoint) return failed(ExitCode::usage, fmt::format("there is no file {}", *name));
  }
  const auto restored = restore_backup(session.given.arguments.front(), *options, wishes, session.console);
  if (!restored) return std::unexpected(restored.error());
  session.console.print(fmt::format("{}: {} records", options->data.string(), number(restored->head)));
  if (!restored->new_origin.empty()) {
    session.console.print(fmt::format("The log goes on as {}. Publish its new key, and say what was lost.",
                                      restored->new_origin));
  } else if (restored->known_to == 0) {
    session.console.say("Nobody says how far the log had signed; if it was further, two logs have one name.");
  }
  session.console.summary({{"head", std::to_string(number(restored->head))},
                           {"known_to", std::to_string(restored->known_to)},
                           {"lost", restored->lost},
                           {"new_origin", restored->new_origin}});
  return ExitCode::ok;
}

}  // namespace

Command backup_command() {
  return {
      .name = "backup",
      .purpose = "Copy the ledger and its vault, as of one record, and verify the copy.",
      .details =
          "Makes DIR with the databases of log and vault, the newest checkpoint, and the SHA-256 of every "
          "file, while the directory is served or not. Every record is held against the log's tree and the "
          "tree against the checkpoint before DIR is put in its place; it is there whole, or not at all. "
          "Views "
          "and index are not in it, which are made anew; nor is the key file, without which nobody reads the "
          "vault.",
      .arguments = {{"DIR", "The directory to make."}},
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"backup /backup/2026-05-03 --data /var/lib/stimmbuch",
                    "Every night, and then elsewhere."},
                   {"backup /backup/2026-05-03 --data D --json",
                    "Up to which record, and how far it is signed."}},
      .exits = {ExitCode::differences, ExitCode::store_missing, ExitCode::store_locked},
      .run = back_up,
  };
}

Command restore_command() {
  return {
      .name = "restore",
      .purpose = "Put a backup into an empty data directory.",
      .details =
          "Checks every file and every record first. A backup that ends before what the log is known to have "
          "signed is refused: by the file `checkpoint` in the data directory, which may be left there, and "
          "by "
          "--checkpoint, such as one that was fetched from the web site. With --accept-loss the ledger goes "
          "on "
          "without what was lost, as a new log with a name (--origin) and a key of its own; a record says "
          "so, and "
          "every audit shows it. That needs the key file. Nothing outside the data directory is touched.",
      .arguments = {{"BACKUP", "A directory that `backup` made."}},
      .options = with_common_options(
          {{"--checkpoint", "FILE", "A checkpoint of this log, the newest that anybody has."},
           {"--accept-loss", "", "Go on as a new log, without what the backup lacks."}}),
      .settings = with_data_settings({"origin", "disk_floor_mib"}),
      .examples = {{"restore /backup/2026-05-03 --data /var/lib/stimmbuch --checkpoint site/checkpoint",
                    "Behind a lost disk."},
                   {"restore /backup/2026-05-02 --data D --accept-loss", "When there is no newer one."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::credentials},
      .run = restore,
  };
}

}  // namespace stimmbuch::program
