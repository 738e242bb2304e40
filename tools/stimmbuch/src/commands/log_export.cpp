#include "export/log_export.hpp"

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

Result tell_exported(Session& session, const std::expected<ExportedLog, Failure>& exported) {
  if (!exported) return std::unexpected(exported.error());
  const auto& directory = session.given.arguments.front();
  session.console.print(fmt::format("{}: {} records of {}, {} files, {} of them new", directory,
                                    exported->records, exported->origin, exported->files, exported->fetched));
  session.console.summary({{"origin", exported->origin},
                           {"records", std::to_string(exported->records)},
                           {"files", exported->files},
                           {"fetched", exported->fetched},
                           {"bundles", exported->bundles}});
  return ExitCode::ok;
}

Result write_log_files(Session& session) {
  const std::filesystem::path directory = session.given.arguments.front();
  const auto kind = session.given.has("--public") ? ExportKind::for_everybody : ExportKind::all_records;
  if (names_server(session.settings)) {
    auto client = client_of(session.settings);
    if (!client) return std::unexpected(client.error());
    return tell_exported(session, export_log(fetch_from(*client, "/log/"), directory, kind, session.console));
  }
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    return tell_exported(
        session, export_log(fetch_from(data.engine, "/admin/log/"), directory, kind, session.console));
  });
}

}  // namespace

Command log_export_command() {
  return {
      .name = "log export",
      .purpose = "Write the log as files that any verifier of transparency logs reads.",
      .details =
          "Makes DIR/checkpoint, DIR/log.vkey, DIR/tile/… and DIR/tile/entries/… (C2SP tlog-tiles) up to the "
          "newest signed checkpoint. Files that are there stay, so that a second call fetches only what is "
          "new, and goes on where the first was interrupted; the checkpoint comes last. The directory can be "
          "served by any web server. It holds all records: auditor's material. With --public it is for "
          "everybody: no entries, but DIR/polls.json and for each counted poll DIR/polls/POLL/ with its "
          "records, "
          "its ballots from ten counted ones on, and the proof of each. Refused are a directory with another "
          "log or of the other kind, and a log that is not the one that was exported before.",
      .arguments = {{"DIR", "The directory to write to; it is made if it is not there."}},
      .options = with_common_options(
          {{"--public", "", "For everybody: tiles, and the records of counted polls alone."}}),
      .settings = with_data_settings({"server", "ca_file", "token_file"}),
      .examples = {{"log export audit --data /var/lib/stimmbuch", "From a data directory, served or not."},
                   {"log export audit --server http://127.0.0.1:8080 --token-file auditor.token",
                    "From a server, with an auditor's token."},
                   {"log export /srv/www/log --public --data /var/lib/stimmbuch",
                    "What a town puts on the web; again whenever a poll was counted."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked,
                ExitCode::credentials, ExitCode::try_later},
      .run = write_log_files,
  };
}

}  // namespace stimmbuch::program
