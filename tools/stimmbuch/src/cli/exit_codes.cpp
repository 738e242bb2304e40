#include "cli/exit_codes.hpp"

#include <algorithm>
#include <array>

namespace stimmbuch::program {

namespace {

constexpr std::array rows{
    ExitCodeRow{ExitCode::ok, "ok", "done"},
    ExitCodeRow{ExitCode::failed, "failed", "failed, as the message says"},
    ExitCodeRow{ExitCode::usage, "usage", "the command line or a setting is wrong"},
    ExitCodeRow{ExitCode::partly_done, "partly_done", "done, but some of it was refused"},
    ExitCodeRow{ExitCode::differences, "differences", "differences were found"},
    ExitCodeRow{ExitCode::not_found, "not_found", "what was named does not exist"},
    ExitCodeRow{ExitCode::store_missing, "store_missing", "there is no ledger in the data directory"},
    ExitCodeRow{ExitCode::store_locked, "store_locked", "another process has the data directory open"},
    ExitCodeRow{ExitCode::credentials, "credentials",
                "a token, key or certificate is missing or not accepted"},
    ExitCodeRow{ExitCode::version_mismatch, "version_mismatch",
                "the data are of another version of the program"},
    ExitCodeRow{ExitCode::broker_unreachable, "broker_unreachable",
                "no Kafka broker answers, or not as needed"},
    ExitCodeRow{ExitCode::former_leader, "former_leader",
                "another node leads this ledger; `stimmbuch rejoin` makes this one follow it"},
    ExitCodeRow{ExitCode::try_later, "try_later",
                "the server is away or busy; the same again later may succeed"},
};

constexpr ExitCodeRow interrupted{static_cast<ExitCode>(130), "interrupted",
                                  "ended by a signal: 128 and its number"};

}  // namespace

std::span<const ExitCodeRow> all_exit_codes() {
  return rows;
}

const ExitCodeRow& row_of(ExitCode code) {
  const auto* const row = std::ranges::find(rows, code, &ExitCodeRow::code);
  return row == rows.end() ? interrupted : *row;
}

}  // namespace stimmbuch::program
