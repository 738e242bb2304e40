#include <algorithm>
#include <charconv>
#include <csignal>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "audit/published_roll.hpp"
#include "audit/roll_evidence.hpp"
#include "cli/table.hpp"
#include "commands/commands.hpp"
#include "commands/log_source.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t usual_count = 20;
constexpr std::size_t count_max = 1'000;
constexpr std::size_t seed_bytes_max = 200;

Result draw_from(Session& session, const PollId& poll, const std::string& seed, std::size_t count,
                 const FetchLogFile& fetch) {
  Signals signals{SIGTERM, SIGINT};
  const auto roll = read_roll(fetch, poll, session.console, signals);
  if (!roll) return std::unexpected(roll.error());
  if (roll->entries.empty()) return failed(ExitCode::not_found, "nobody is on the roll");
  using enum Table::Align;
  Table table({{"entry", right}, {"pseudonym"}, {"ballot at", right}});
  Json entries = Json::array();
  for (const std::size_t index : drawn_entries(roll->totals.digest, seed, roll->entries.size(), count)) {
    const roll::Entry& entry = roll->entries[index];
    const bool voted = entry.ballot != before_first;
    table.add({std::to_string(index), std::string(entry.voter.text()),
               voted ? std::to_string(number(entry.ballot)) : "none"});
    entries.push_back(
        {{"index", index}, {"voter", entry.voter.text()}, {"ballot", std::to_string(number(entry.ballot))}});
  }
  for (const auto& line : table.lines(session.console.width())) session.console.print(line);
  session.console.summary(
      {{"poll", poll.text()}, {"seed", seed}, {"count", count}, {"entries", std::move(entries)}});
  return ExitCode::ok;
}

Result draw(Session& session) {
  const auto poll = PollId::parse(session.given.arguments.front());
  if (!poll) return failed(ExitCode::usage, "POLL is not the id of a poll");
  const std::string seed = *session.given.value("--seed");
  if (seed.empty() || seed.size() > seed_bytes_max)
    return failed(ExitCode::usage, "--seed: what the dice showed, such as 3-6-1-1-4-2-5-5-3-6");
  std::size_t count = usual_count;
  if (const auto text = session.given.value("--count")) {
    const auto read = std::from_chars(text->data(), text->data() + text->size(), count);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || count < 1 || count > count_max)
      return failed(ExitCode::usage, fmt::format("--count is a number from 1 to {}", count_max));
  }
  return with_log_files(session, [&](const FetchLogFile& fetch, ApiClient*) {
    return draw_from(session, *poll, seed, count, fetch);
  });
}

}  // namespace

Command audit_draw_command() {
  return {
      .name = "audit draw",
      .purpose = "Pick entries of a poll's roll by public dice, to ask those people.",
      .details =
          "Throw dice in public when the roll is complete, and before the poll's secret ends. Which entries "
          "are picked follows from the throws and the roll alone. The operator opens them with `roll open`, "
          "`audit verify --draw` checks that each is a citizen whom the poll admitted; then ask these people "
          "whether they took part as the roll says.",
      .arguments = {{"POLL", "The poll's id."}},
      .options = with_common_options(
          {{"--export", "DIR", "The files of a log, as `log export` writes them."},
           {"--seed", "DICE", "What the dice showed, as it is minuted.", {}, true},
           {"--count", "N",
            fmt::format("How many entries, at most {}. Default: {}.", count_max, usual_count)}}),
      .settings = with_data_settings({"server", "ca_file", "token_file"}),
      .examples = {{"audit draw spielplatz --seed 3-6-1-1-4-2-5-5-3-6 --export audit --json > draw.json",
                    "For `roll open`."},
                   {"audit draw spielplatz --seed 3-6-1-1-4-2-5-5-3-6 --count 40 --server "
                    "https://votes.town.example --token-file auditor.token",
                    "Over HTTP; who draws more sees more."}},
      .exits = {ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked, ExitCode::credentials,
                ExitCode::try_later},
      .run = draw,
  };
}

}  // namespace stimmbuch::program
