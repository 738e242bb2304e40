#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/commands.hpp"
#include "import/bulk_sender.hpp"
#include "import/content_hash.hpp"
#include "import/import_server.hpp"
#include "import/pabulib_plan.hpp"
#include "import/total.hpp"
#include "stimmbuch/tools/import/byte_source.hpp"

namespace stimmbuch::program {

namespace {

using import::BallotFault;
using import::PabulibReader;

constexpr std::size_t differences_told = 10;

std::unexpected<Failure> unreadable(const std::string& path, const import::ReadError& error) {
  const std::string where = error.line > 0 ? fmt::format("{}:{}", path, error.line) : path;
  return failed(ExitCode::failed, fmt::format("{}: {}", where, error.message));
}

// Of the file's content, unpacked, so that a packed copy is the same import.
std::expected<std::string, Failure> content_hash_of(const std::string& path) {
  auto source = import::file_source(path);
  if (!source) return unreadable(path, source.error());
  ContentHash hash;
  while (true) {
    const auto block = (*source)->next_block();
    if (!block) return unreadable(path, block.error());
    if (block->empty()) return hash.finish();
    hash.add(*block);
  }
}

std::string name_without_endings(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).filename();
  for (const auto* const ending : {".gz", ".pb"}) {
    if (name.extension() == ending) name = name.stem();
  }
  return name.string();
}

// What the ballots of a file were.
struct Ballots {
  std::uint64_t rows = 0;
  std::map<std::string, std::int64_t> repeats;  // further namings of a project on one ballot, by project
  std::vector<std::string> repeating;           // the ballots with such namings
  std::map<std::string, std::uint64_t> unsent;  // ballots that say nothing, by reason
};

class PabulibImport {
 public:
  PabulibImport(Session& session, ApiClient& client, const std::string& path)
      : session_(session), client_(client), sender_(client), path_(path) {}

  // Imports the file and compares; the members of its summary.
  std::expected<Json, Failure> run();

  bool differs() const { return differs_; }
  bool is_partly_refused() const { return !refused_.empty(); }

 private:
  std::expected<PabulibReader, Failure> open();
  std::expected<void, Failure> send_ballots(PabulibReader& reader);
  std::expected<Json, Failure> close_and_count();
  Json summary(const PublishedComparison& comparison, std::uint64_t rate) const;

  Session& session_;
  ApiClient& client_;
  BulkSender sender_;
  std::string path_;
  PabulibPlan plan_;
  Ballots ballots_;
  std::map<std::string, std::uint64_t> refused_;
  bool differs_ = false;
};

std::expected<PabulibReader, Failure> PabulibImport::open() {
  auto hash = content_hash_of(path_);
  if (!hash) return std::unexpected(std::move(hash.error()));
  auto source = import::file_source(path_);
  if (!source) return unreadable(path_, source.error());
  auto reader = PabulibReader::open(std::move(*source));
  if (!reader) return unreadable(path_, reader.error());
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  auto plan = plan_pabulib(
      reader->head(), {name_without_endings(path_), std::move(*hash), session_.given.value("--poll")}, now);
  if (!plan) return failed(ExitCode::failed, fmt::format("{}: {}", path_, plan.error()));
  plan_ = std::move(*plan);
  return std::move(*reader);
}

std::expected<void, Failure> PabulibImport::send_ballots(PabulibReader& reader) {
  Meter meter = session_.console.meter("ballots", reader.head().num_votes);
  while (true) {
    auto ballot = reader.next_ballot();
    if (!ballot) return unreadable(path_, ballot.error());
    if (!*ballot) break;
    ++ballots_.rows;
    bool repeats = false;
    for (const auto& fault : (*ballot)->faults) {
      if (fault.fault != BallotFault::project_repeated) continue;
      ++ballots_.repeats[fault.subject];
      repeats = true;
    }
    if (repeats) ballots_.repeating.push_back((*ballot)->voter_id);
    std::string refused;
    if (auto command = ballot_command(plan_, **ballot, ballots_.rows, refused)) {
      if (auto added = sender_.add(std::move(*command)); !added) return added;
    } else {
      ++ballots_.unsent[refused];
    }
    meter.update(ballots_.rows);
  }
  auto sent = sender_.flush();
  meter.finish(ballots_.rows);
  return sent;
}

std::expected<Json, Failure> PabulibImport::close_and_count() {
  const auto closed = sender_.require({plan_.close});
  if (!closed) return std::unexpected(closed.error());
  // The engine counts what its tally shows, which must have seen the closing first.
  if (auto seen = tally_at(client_, plan_.poll, *closed); !seen)
    return std::unexpected(std::move(seen.error()));
  const auto counted = sender_.require({plan_.count});
  if (!counted) return std::unexpected(counted.error());
  return tally_at(client_, plan_.poll, *counted);
}

Json PabulibImport::summary(const PublishedComparison& comparison, std::uint64_t rate) const {
  const auto match = [](const std::optional<bool>& value) { return value ? Json(*value) : Json(); };
  Json members = {{"poll", plan_.poll},
                  {"ballots", ballots_.rows},
                  {"accepted", sender_.accepted()},
                  {"refused", Json::object()},
                  {"votes_match", match(comparison.votes)},
                  {"score_match", match(comparison.score)},
                  {"selected_match", match(comparison.selected)},
                  {"commands_per_second", rate},
                  {"repeated_choices", ballots_.repeating}};
  for (const auto& [code, count] : refused_) members["refused"][code] = count;
  if (!ballots_.repeating.empty()) {
    members["compared_with"] = "the published figures without the repeated choices, which they count twice";
  }
  if (!comparison.reasons.empty()) members["reason"] = fmt::format("{}", fmt::join(comparison.reasons, "; "));
  return members;
}

std::expected<Json, Failure> PabulibImport::run() {
  auto reader = open();
  if (!reader) return std::unexpected(std::move(reader.error()));
  session_.console.say(fmt::format("{} becomes the poll {}", path_, plan_.poll));
  const auto begin = std::chrono::steady_clock::now();
  if (auto ready = sender_.require(plan_.setup); !ready) return std::unexpected(std::move(ready.error()));
  if (auto sent = send_ballots(*reader); !sent) return std::unexpected(std::move(sent.error()));
  const auto time = std::chrono::steady_clock::now() - begin;
  for (const auto& warning : reader->warnings()) session_.console.say(fmt::format("{}: {}", path_, warning));

  auto tally = close_and_count();
  if (!tally) return std::unexpected(std::move(tally.error()));
  const auto comparison = compare_with_published(plan_, reader->head(), *tally, ballots_.repeats);
  differs_ = !comparison.differences.empty();
  for (std::size_t i = 0; i < std::min(comparison.differences.size(), differences_told); ++i) {
    session_.console.say(comparison.differences[i]);
  }
  refused_ = sender_.refused();
  for (const auto& [reason, count] : ballots_.unsent) refused_[reason] += count;
  return summary(comparison, per_second(sender_.accepted() + plan_.setup.size(), time));
}

void print(Console& console, const Json& summary) {
  const auto words = [&](std::string_view member) {
    const Json& match = summary.at(member);
    return match.is_null()     ? "not compared"
           : match.get<bool>() ? "as published"
                               : "DIFFERENT from what was published";
  };
  console.print(fmt::format(
      "{}: {} of {} ballots accepted, {} commands a second", summary.at("poll").get<std::string>(),
      summary.at("accepted").get<std::uint64_t>(), summary.at("ballots").get<std::uint64_t>(),
      summary.at("commands_per_second").get<std::uint64_t>()));
  for (const auto& [code, count] : summary.at("refused").items()) {
    console.print(fmt::format("  refused: {} ({})", count.get<std::uint64_t>(), code));
  }
  console.print(fmt::format("  votes: {}; scores: {}; selection: {}", words("votes_match"),
                            words("score_match"), words("selected_match")));
  if (summary.contains("reason"))
    console.print(fmt::format("  not compared: {}", summary["reason"].get<std::string>()));
  if (const auto& repeating = summary.at("repeated_choices"); !repeating.empty()) {
    console.print(fmt::format("  ballots that name a project twice, which counts once: {}",
                              fmt::join(repeating.get<std::vector<std::string>>(), ", ")));
  }
}

Result import_files(Session& session) {
  const auto& paths = session.given.arguments;
  if (paths.size() > 1 && session.given.has("--poll")) {
    return failed(ExitCode::usage, "--poll names one poll: import one file with it");
  }
  auto client = import_server(session);
  if (!client) return std::unexpected(std::move(client.error()));
  ExitCode code = ExitCode::ok;
  Json items = Json::array();
  for (const std::string& path : paths) {
    PabulibImport one(session, *client, path);
    auto summary = one.run();
    if (!summary) return std::unexpected(std::move(summary.error()));
    print(session.console, *summary);
    if (one.differs()) code = ExitCode::differences;
    if (code == ExitCode::ok && one.is_partly_refused()) code = ExitCode::partly_done;
    if (paths.size() > 1) session.console.item(*summary);
    items.push_back(std::move(*summary));
  }
  const bool one_file = items.size() == 1;
  session.console.summary(
      one_file ? items.front()
               : total_of(items, {"ballots", "accepted"}, {"votes_match", "score_match", "selected_match"}));
  return code;
}

}  // namespace

Command import_pabulib_command() {
  return {
      .name = "import pabulib",
      .purpose =
          "Import participatory budgets in the format of pabulib.org and compare the result with what was "
          "published.",
      .details =
          "Each file, plain or gzip, becomes a project with one imported poll: its options with their "
          "costs in the order of cost, which breaks ties, its ballots under the file's voter ids, closed "
          "and counted. An import that was cut off goes on when it is started again, and nothing counts "
          "twice. A ballot that names a project twice counts it once. Where the engine lacks the file's "
          "rule, votes and scores are counted by most votes or points with one winner, and the selection "
          "is not compared.",
      .arguments = {{"FILE", "Files .pb or .pb.gz.", true, true}},
      .options = with_common_options(
          {{"--poll", "ID", "The poll's id. Default: one that follows from the file's name and content."}}),
      .settings = {"server", "ca_file", "token_file"},
      .examples = {{"import pabulib Poland_Lodz_2023.pb.gz --server http://127.0.0.1:8080 --token-file "
                    "operator.token",
                    "The token is one of the role operator."},
                   {"import pabulib *.pb --token-file operator.token --json",
                    "An item a file, then a summary."}},
      .exits = {ExitCode::partly_done, ExitCode::differences, ExitCode::credentials, ExitCode::try_later},
      .run = import_files,
  };
}

}  // namespace stimmbuch::program
