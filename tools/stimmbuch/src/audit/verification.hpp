#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/checks.hpp"
#include "audit/recount.hpp"
#include "audit/roll_evidence.hpp"
#include "audit/served_figures.hpp"
#include "cli/console.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"
#include "export/log_export.hpp"
#include "stimmbuch/eventstore/tlog/policy.hpp"

namespace stimmbuch::program {

// What an audit is given besides the log.
struct AuditMaterial {
  std::optional<std::string> earlier;   // the note of a checkpoint that the auditor kept
  std::optional<tlog::Policy> policy;   // which witnesses are enough
  std::optional<ServedFigures> served;  // by an engine; their positions lie in the log
  std::vector<std::pair<std::string, std::string>> statements;  // that citizens were given: name and note
  std::vector<std::pair<std::string, OpenedDraw>> draws;        // of entries of rolls: name and what it says
};

struct Verification {
  std::string origin;
  std::string key;  // the verifier key
  std::uint64_t records = 0;
  std::string root;  // base64
  std::vector<CheckResult> checks;
  std::vector<RecountedPoll> polls;
  std::vector<std::string> notices;  // what everybody should know, though no rule was broken
  bool passed = false;
  std::uint32_t passes = 1;  // over the records
  double seconds = 0;
};

// Checks a log from its files alone: completeness, signature, tree, content, rules, counts. What is wrong
// with the log is in the verification; a failure is that it could not be read at all. Of a public export it
// checks the tiles and the bundles of polls, and skips what needs all records. A signal ends it.
// `memory`: bytes for what must be remembered of people and votes; where that is less than they need, the
// records are read several times.
std::expected<Verification, Failure> verify_log(const FetchLogFile& fetch, AuditMaterial material,
                                                std::uint64_t memory, Console& console, Signals& signals);

// For people, and as a page by itself.
void print(Console& console, const Verification& verification);
std::string html_of(const Verification& verification);
Json json_of(const Verification& verification);

}  // namespace stimmbuch::program
