// log head, log cat and log tail.
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "cli/signals.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::milliseconds between_looks{250};
constexpr std::uint64_t tail_records = 10;

std::expected<std::uint64_t, Failure> head_of(ApiClient& engine) {
  const auto ledger = engine.get("/admin/ledger");
  if (!ledger) return std::unexpected(ledger.error());
  return position_of(ledger->value("head", Json()));
}

Result head(Session& session) {
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    auto ledger = data.engine.get("/admin/ledger");
    if (!ledger) return std::unexpected(std::move(ledger.error()));
    session.console.print(ledger->value("head", ""));
    session.console.summary(*ledger);
    return ExitCode::ok;
  });
}

// Prints the records behind a position; a limit of 0 is none. Returns how many there were.
std::expected<std::uint64_t, Failure> print_records(Session& session, ApiClient& engine, std::uint64_t after,
                                                    std::uint64_t limit) {
  std::string target = fmt::format("/admin/records?after={}", after);
  if (limit > 0) target += fmt::format("&limit={}", limit);
  std::uint64_t records = 0;
  const auto sent = engine.send_for_lines({.target = target}, [&](std::string_view record) {
    session.console.raw(record);
    ++records;
    return true;
  });
  if (!sent) return std::unexpected(sent.error());
  return records;
}

Result cat(Session& session) {
  const auto after = session.given.number("--after", 0);
  if (!after) return std::unexpected(after.error());
  const auto limit = session.given.number("--limit", 0);
  if (!limit) return std::unexpected(limit.error());
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto records = print_records(session, data.engine, *after, *limit);
    if (!records) return std::unexpected(records.error());
    session.console.summary({{"after", std::to_string(*after)}, {"records", *records}});
    return ExitCode::ok;
  });
}

Result tail(Session& session) {
  const auto lines = session.given.number("--lines", tail_records);
  if (!lines) return std::unexpected(lines.error());
  Signals signals{SIGTERM, SIGINT};
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto head = head_of(data.engine);
    if (!head) return std::unexpected(head.error());
    std::uint64_t after = *head - std::min(*head, *lines);
    while (true) {
      const auto records = print_records(session, data.engine, after, 0);
      if (!records) return std::unexpected(records.error());
      after += *records;
      session.console.flush();
      if (const auto signal = signals.wait(between_looks)) {
        session.console.summary({{"last", std::to_string(after)}});
        return ended_by(*signal);
      }
    }
  });
}

}  // namespace

Command log_head_command() {
  return {
      .name = "log head",
      .purpose = "Print the position of the last record.",
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"log head --data /var/lib/stimmbuch",
                    "Works while the directory is served, and when it is not."},
                   {"log head --data D --json", "The ledger's identity and purpose with it."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked},
      .run = head,
  };
}

Command log_cat_command() {
  return {
      .name = "log cat",
      .purpose = "Print records, one a line, exactly as they are stored.",
      .options =
          with_common_options({{"--after", "POSITION", "Begin behind this record. Default: 0, at the first."},
                               {"--limit", "N", "At most so many. Default: up to the last."}}),
      .settings = with_data_settings(),
      .examples = {{"log cat --data D > ledger.ndjson", "Everything."},
                   {"log cat --data D --after 1000 --limit 10", "Records 1001 to 1010."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked},
      .run = cat,
  };
}

Command log_tail_command() {
  return {
      .name = "log tail",
      .purpose = "Print the last records and then each new one, until it is interrupted.",
      .options = with_common_options(
          {{"--lines", "N", fmt::format("How many to begin with. Default: {}.", tail_records)}}),
      .settings = with_data_settings(),
      .examples = {{"log tail --data D", "Watch what happens."},
                   {"log tail --data D --lines 0", "Only what is new."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked},
      .run = tail,
  };
}

}  // namespace stimmbuch::program
