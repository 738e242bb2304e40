#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "audit/served_figures.hpp"
#include "audit/verification.hpp"
#include "commands/commands.hpp"
#include "commands/log_source.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

// For the log to sign what the tallies show already.
constexpr auto signature_wait = 30s;
constexpr auto between_questions = 500ms;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t memory_mib_max = 1 << 30;

// In bytes: as given, or half of what the machine has.
std::expected<std::uint64_t, Failure> memory_given(const Session& session) {
  const auto pages = std::max(0L, sysconf(_SC_PHYS_PAGES));
  const auto machine = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const auto mib = session.given.number("--memory", std::max<std::uint64_t>(1, machine / 2 / mebibyte));
  if (!mib) return std::unexpected(mib.error());
  if (*mib == 0 || *mib > memory_mib_max)
    return failed(ExitCode::usage, fmt::format("--memory is at least 1 and at most {}", memory_mib_max));
  return *mib * mebibyte;
}

// Waits until the checkpoint covers what is served; figures that it does not cover by then are left out.
void wait_for_signature(const FetchLogFile& fetch, ServedFigures& served) {
  const auto deadline = std::chrono::steady_clock::now() + signature_wait;
  const auto signed_size = [&]() -> std::uint64_t {
    const auto bytes = fetch("checkpoint");
    const auto note = bytes ? tlog::parse_note(*bytes) : std::unexpected(bytes.error().text);
    const auto checkpoint = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
    return checkpoint ? checkpoint->size : 0;
  };
  const auto is_ahead = [](std::uint64_t size) {
    return [size](const auto& claim) { return number(claim.reflects) > size; };
  };
  const auto any_is_ahead = [&](std::uint64_t size) {
    return std::ranges::any_of(served.tallies, is_ahead(size)) ||
           std::ranges::any_of(served.surveys, is_ahead(size));
  };
  while (any_is_ahead(signed_size()) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(between_questions);
  const auto size = signed_size();
  std::erase_if(served.tallies, is_ahead(size));
  std::erase_if(served.surveys, is_ahead(size));
}

// The files that an option names: one, or all of a directory, in the order of their names.
std::vector<std::filesystem::path> files_named(const std::string& name) {
  if (!std::filesystem::is_directory(name)) return {name};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(name)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result verify_files(Session& session, const FetchLogFile& fetch, ApiClient* engine) {
  AuditMaterial material;
  if (const auto since = session.given.value("--since")) {
    material.earlier = files::read_if_there(*since);
    if (!material.earlier) return failed(ExitCode::usage, fmt::format("there is no file {}", *since));
  }
  if (const auto name = session.given.value("--policy")) {
    const auto text = files::read_if_there(*name);
    auto policy = text ? tlog::Policy::parse(*text) : std::unexpected(std::string("there is no such file"));
    if (!policy) return failed(ExitCode::usage, fmt::format("{}: {}", *name, policy.error()));
    material.policy = std::move(*policy);
  }
  if (const auto named = session.given.value("--statements")) {
    for (const auto& file : files_named(*named)) {
      auto text = files::read_if_there(file);
      if (!text) return failed(ExitCode::usage, fmt::format("there is no file {}", file.string()));
      material.statements.emplace_back(file.string(), std::move(*text));
    }
  }
  if (const auto name = session.given.value("--draw")) {
    const auto text = files::read_if_there(*name);
    auto draw = text ? parse_opened_draw(*text) : std::unexpected(std::string("there is no such file"));
    if (!draw) return failed(ExitCode::usage, fmt::format("{}: {}", *name, draw.error()));
    material.draws.emplace_back(*name, std::move(*draw));
  }
  if (engine != nullptr) {
    auto served = read_served_figures(*engine);
    if (!served) return std::unexpected(served.error());
    wait_for_signature(fetch, *served);
    material.served = std::move(*served);
  }
  const auto memory = memory_given(session);
  if (!memory) return std::unexpected(memory.error());
  Signals signals{SIGTERM, SIGINT};
  auto verification = verify_log(fetch, std::move(material), *memory, session.console, signals);
  if (!verification) return std::unexpected(verification.error());
  if (const auto page = session.given.value("--html")) files::replace_durably(*page, html_of(*verification));
  print(session.console, *verification);
  session.console.summary(json_of(*verification));
  return verification->passed ? ExitCode::ok : ExitCode::differences;
}

Result verify_any(Session& session) {
  return with_log_files(session, [&](const FetchLogFile& fetch, ApiClient* engine) {
    return verify_files(session, fetch, engine);
  });
}

}  // namespace

Command audit_verify_command() {
  return {
      .name = "audit verify",
      .purpose =
          "Check a log from its files: that nothing was altered, every rule was kept, every count is right.",
      .details =
          "Reads the signed checkpoint and everything that it promises. Rebuilds the tree from the records, "
          "decides on every command anew behind those before it, and counts every poll from its ballots; "
          "with "
          "a server or a data directory it also holds the served tallies against the ballots, and the "
          "results of "
          "surveys against the answers. Each check is "
          "PASS, FAIL or SKIPPED with the reason; findings name the position. Keep the checkpoint: the next "
          "audit with --since shows that nothing before it was changed.",
      .options = with_common_options(
          {{"--export", "DIR", "The files of a log, as `log export` writes them."},
           {"--since", "FILE", "A checkpoint of this log from an earlier time."},
           {"--policy", "FILE", "Which witnesses must have cosigned (C2SP tlog-policy)."},
           {"--statements", "PATH", "A statement that a citizen was given, or a directory of them."},
           {"--draw", "FILE", "Drawn entries of a roll, as `roll open` tells them."},
           {"--memory", "MIB",
            "For what must be remembered of people and votes: where it is too little, the log is read "
            "several "
            "times. Default: half of the machine's."},
           {"--html", "FILE", "Write the report as a page, too."}}),
      .settings = with_data_settings({"server", "ca_file", "token_file"}),
      .examples = {{"audit verify --data /var/lib/stimmbuch", "Exits with 4 if anything was found."},
                   {"audit verify --export audit --since last-year.checkpoint --html report.html",
                    "Without any engine, from exported files."},
                   {"audit verify --server https://votes.town.example --token-file auditor.token",
                    "Over HTTP, with an auditor's token."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked,
                ExitCode::credentials, ExitCode::try_later},
      .run = verify_any,
  };
}

}  // namespace stimmbuch::program
