#include <csignal>

#include "audit/audit.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

Result recount(Session& session) {
  Signals signals{SIGTERM, SIGINT};
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto report = recount_ledger(data, session.console, signals);
    if (!report) return std::unexpected(report.error());
    print(session.console, *report);
    Json differences = Json::array();
    for (const Difference& difference : report->differences) {
      differences.push_back(
          {{"code", difference.code}, {"where", difference.where}, {"detail", difference.detail}});
    }
    session.console.summary({{"polls", report->polls.size()},
                             {"records", report->records},
                             {"difference_count", report->difference_count},
                             {"differences", std::move(differences)}});
    return report->difference_count == 0 ? ExitCode::ok : ExitCode::differences;
  });
}

}  // namespace

Command audit_recount_command() {
  return {
      .name = "audit recount",
      .purpose = "Fold the whole log afresh, count every ballot anew and compare with what the engine says.",
      .details =
          "Reads every record strictly: positions and revisions without a gap, commands whole, canonical "
          "writing. Ballots are counted by the last one of each voter. Compared are all tallies, up to the "
          "record that each reflects, and every count that the log holds. Works on a copy by hard links "
          "while the directory is served.",
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"audit recount --data /var/lib/stimmbuch",
                    "A line a poll; exits with 4 if anything differs."},
                   {"audit recount --data D --json", "The differences with their codes."}},
      .exits = {ExitCode::differences, ExitCode::store_missing, ExitCode::store_locked},
      .run = recount,
  };
}

}  // namespace stimmbuch::program
