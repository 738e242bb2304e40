#include <fmt/format.h>

#include "commands/commands.hpp"
#include "commands/log_source.hpp"
#include "export/result_export.hpp"

namespace stimmbuch::program {

namespace {

Result write_result(Session& session, const FetchLogFile& fetch) {
  const auto& name = session.given.arguments.at(0);
  const auto& directory = session.given.arguments.at(1);
  const auto poll = PollId::parse(name);
  if (!poll) return failed(ExitCode::usage, fmt::format("'{}' is not the id of a poll", name));
  const auto exported = export_result(*poll, fetch, directory);
  if (!exported) return std::unexpected(exported.error());
  session.console.print(
      exported->ballot_file.empty()
          ? fmt::format("{}: the result of {}; its {} ballots are too few to be shown", directory, name,
                        exported->ballots)
          : fmt::format("{}: the result of {} and its {} ballots", directory, name, exported->ballots));
  session.console.summary({{"poll", name},
                           {"origin", exported->origin},
                           {"position", std::to_string(exported->position)},
                           {"ballots", exported->ballots},
                           {"ballot_file", exported->ballot_file}});
  return ExitCode::ok;
}

Result write_any_result(Session& session) {
  return with_log_files(session,
                        [&](const FetchLogFile& fetch, ApiClient*) { return write_result(session, fetch); });
}

}  // namespace

Command export_result_command() {
  return {
      .name = "export result",
      .purpose = "Write the result of a poll with its ballots and proofs, for whoever reports on it.",
      .details =
          "Makes DIR with result.json, options.csv, the counted ballots in the form of Pabulib (ballots.pb), "
          "or "
          "of BLT where they are ranked, the poll's own records with a proof of each (C2SP tlog-proof) up to "
          "the newest checkpoint, and manifest.json with the SHA-256 of every file. The poll is recounted "
          "first. Ballots have running numbers, in an order that says neither who cast them nor when; below "
          "ten counted ones only the tally is written. DIR is there whole at the end, or not at all. A "
          "server "
          "asks for an auditor's token, since it gives all records; a public export needs none.",
      .arguments = {{"POLL", "The poll's id."}, {"DIR", "The directory to make."}},
      .options =
          with_common_options({{"--export", "DIR", "The files of a log, as `log export` writes them."}}),
      .settings = with_data_settings({"server", "ca_file", "token_file"}),
      .examples = {{"export result budget-2026 result --export log",
                    "Offline, from an exported log, a public one or all records."},
                   {"export result budget-2026 result --data /var/lib/stimmbuch",
                    "From a data directory, served or not."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked,
                ExitCode::credentials, ExitCode::try_later},
      .run = write_any_result,
  };
}

}  // namespace stimmbuch::program
