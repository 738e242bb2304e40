#include "audit/audit.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "access/scratch_directory.hpp"
#include "audit/served_tallies.hpp"
#include "cli/table.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t cache_bytes = std::size_t{32} << 20;
constexpr std::uint64_t records_between_looks = 4'096;

// What the engine says, before the log is looked at.
struct Claims {
  std::vector<TallyClaim> tallies;
  std::vector<Difference> differences;
  Position documents_up_to;  // polls that were opened up to here have a document
};

std::expected<Claims, Failure> read_claims(ApiClient& engine) {
  Claims claims;
  const auto position = projected_position(engine);
  if (!position) return std::unexpected(position.error());
  claims.documents_up_to = Position{*position};
  auto served = read_served_tallies(engine);
  if (!served) return std::unexpected(served.error());
  claims.tallies = std::move(served->tallies);
  for (const PollId& poll : served->malformed) {
    claims.differences.push_back({"tally_malformed", fmt::format("poll/{}", poll.text()),
                                  "the tally does not add up or cannot be read"});
  }
  return claims;
}

std::expected<std::unique_ptr<eventstore::RocksLedger>, Failure> open_checkpoint(
    ApiClient& engine, const std::filesystem::path& checkpoint) {
  const auto made = engine.send({.method = "POST",
                                 .target = "/admin/checkpoints",
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = json_text({{"directory", checkpoint.string()}})});
  if (!made) return std::unexpected(made.error());
  eventstore::OpenOptions options;
  options.directory = checkpoint;
  options.subject_of = codec::subject_of;
  options.cache_bytes = cache_bytes;
  auto opened = eventstore::RocksLedger::open(options);
  if (!opened) return failed(ExitCode::failed, std::move(opened.error().detail));
  return std::move(*opened);
}

}  // namespace

std::expected<AuditReport, Failure> recount_ledger(DataDirectory& data, Console& console, Signals& signals) {
  auto claims = read_claims(data.engine);
  if (!claims) return std::unexpected(std::move(claims.error()));
  const std::vector<TallyClaim> claimed = claims->tallies;
  // A copy of the ledger by hard links.
  const ScratchDirectory checkpoint(data.path / fmt::format("audit-{}", getpid()));
  const auto log = open_checkpoint(data.engine, checkpoint.path());
  if (!log) return std::unexpected(log.error());

  Recount recount(std::move(claims->tallies));
  const Position head = (*log)->head();
  Meter meter = console.meter("records", number(head));
  std::optional<int> signal;
  (*log)->read(before_first, head, [&](Position position, std::string_view record) {
    recount.add(position, record);
    if (number(position) % records_between_looks != 0) return true;
    meter.update(number(position));
    signal = signals.wait(std::chrono::milliseconds{0});
    return !signal;
  });
  meter.finish(number(recount.last()));
  if (signal) return failed(ended_by(*signal), "the recount was interrupted");
  recount.finish();

  AuditReport report{number(head), recount.polls(), std::move(claims->differences),
                     recount.difference_count()};
  report.differences.insert(report.differences.end(), recount.differences().begin(),
                            recount.differences().end());
  for (const PollId& poll : recount.opened_up_to(claims->documents_up_to)) {
    if (std::ranges::find(claimed, poll, &TallyClaim::poll) != claimed.end()) continue;
    report.differences.push_back(
        {"tally_missing", fmt::format("poll/{}", poll.text()), "the engine has no tally of this poll"});
  }
  report.difference_count += report.differences.size() - recount.differences().size();
  return report;
}

void print(Console& console, const AuditReport& report) {
  using enum Table::Align;
  Table table({{"poll"}, {"status"}, {"ballots", right}, {"counts", right}, {"recount"}});
  for (const RecountedPoll& poll : report.polls) {
    table.add({std::string(poll.poll.text()),
               std::string(codec::names<poll::Status>[static_cast<std::size_t>(poll.status)]),
               std::to_string(poll.ballots), std::to_string(poll.counts),
               poll.differences == 0 ? "agrees" : "DIFFERS"});
  }
  if (!report.polls.empty()) {
    for (const auto& line : table.lines(console.width())) console.print(line);
  }
  for (const Difference& difference : report.differences) {
    console.print(fmt::format("{}: {} ({})", difference.where, difference.detail, difference.code));
  }
  console.print(fmt::format("{} records, {} polls: {}", report.records, report.polls.size(),
                            report.difference_count == 0
                                ? std::string("everything agrees")
                                : fmt::format("{} DIFFERENCES", report.difference_count)));
}

}  // namespace stimmbuch::program
