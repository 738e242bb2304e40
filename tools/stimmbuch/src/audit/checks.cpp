#include "audit/checks.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace stimmbuch::program {

namespace {

struct Row {
  CheckId id;
  std::string_view code;
  std::string_view title;
};

constexpr std::array catalogue{
    Row{CheckId::files_there, "A1", "All files that the checkpoint promises are there"},
    Row{CheckId::order, "A2", "No gap in positions or revisions, commands whole"},
    Row{CheckId::signature, "B1", "The checkpoint is signed by the log's key"},
    Row{CheckId::witnesses, "B2", "Witnesses have cosigned the checkpoint"},
    Row{CheckId::identity, "B3", "The first record names that key and this origin"},
    Row{CheckId::tree, "C1", "Nothing altered: records, tiles and root agree"},
    Row{CheckId::earlier_checkpoint, "C2", "The log goes on from the earlier checkpoint"},
    Row{CheckId::canonical, "D1", "Every record in the one canonical writing"},
    Row{CheckId::times, "D2", "Times in order, those of ballots on the grid"},
    Row{CheckId::actors, "D3", "Nobody did what only others may"},
    Row{CheckId::erasures, "D5", "What was to be erased was erased in time"},
    Row{CheckId::rules, "E1", "Every command is what the rules allow and write"},
    Row{CheckId::entitlement, "E2", "Every voter was entitled"},
    Row{CheckId::one_ballot, "E3", "One ballot of each voter counts, the last one"},
    Row{CheckId::voting_time, "E4", "Ballots lie between opening and closing"},
    Row{CheckId::openings, "F1", "Sealed ballots opened to what was sealed"},
    Row{CheckId::counts, "F2", "Counts in the log follow from the ballots"},
    Row{CheckId::tallies, "F3", "Served tallies follow from the ballots"},
    Row{CheckId::surveys, "F4", "Served results of surveys follow from the answers"},
    Row{CheckId::secrets_destroyed, "G1", "Secrets of finished polls destroyed in time"},
    Row{CheckId::statements, "H1", "What citizens were told of themselves is on the rolls"},
    Row{CheckId::draws, "H2", "Entries drawn by dice are of entitled citizens"},
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::fail:
      return "FAIL";
    case Verdict::skipped:
      return "SKIPPED";
  }
  return "FAIL";
}

CheckId check_of_difference(std::string_view code) {
  static const std::map<std::string_view, CheckId> checks{
      {"position_gap", CheckId::order},           {"position_wrong", CheckId::order},
      {"command_torn", CheckId::order},           {"revision_gap", CheckId::order},
      {"not_canonical", CheckId::canonical},      {"type_foreign", CheckId::canonical},
      {"subject_malformed", CheckId::canonical},  {"voter_malformed", CheckId::canonical},
      {"ledger_foreign", CheckId::canonical},     {"event_impossible", CheckId::rules},
      {"choice_impossible", CheckId::rules},      {"replaced_wrong", CheckId::one_ballot},
      {"ballot_outside", CheckId::voting_time},   {"count_differs", CheckId::counts},
      {"tally_differs", CheckId::tallies},        {"tally_unfounded", CheckId::tallies},
      {"roll_differs", CheckId::entitlement},     {"opening_missing", CheckId::openings},
      {"opening_wrong", CheckId::openings},       {"opening_invalid", CheckId::openings},
      {"statement_differs", CheckId::statements}, {"draw_differs", CheckId::draws},
      {"survey_differs", CheckId::surveys},       {"survey_unfounded", CheckId::surveys}};
  const auto found = checks.find(code);
  return found == checks.end() ? CheckId::canonical : found->second;
}

CheckList::CheckList() {
  for (const Row& row : catalogue) {
    results_.push_back({.id = row.id,
                        .code = row.code,
                        .title = row.title,
                        .verdict = Verdict::pass,
                        .examined = 0,
                        .reason = {},
                        .findings = {},
                        .finding_count = 0});
  }
}

void CheckList::find(CheckId id, std::string where, std::string detail) {
  CheckResult& check = result(id);
  check.verdict = Verdict::fail;
  ++check.finding_count;
  if (check.findings.size() < findings_kept) check.findings.push_back({std::move(where), std::move(detail)});
}

void CheckList::skip(CheckId id, std::string reason) {
  CheckResult& check = result(id);
  if (check.verdict == Verdict::fail) return;
  check.verdict = Verdict::skipped;
  check.reason = std::move(reason);
}

void CheckList::examine(CheckId id, std::uint64_t more) {
  result(id).examined += more;
}

bool CheckList::passed() const {
  return std::ranges::none_of(results_,
                              [](const CheckResult& check) { return check.verdict == Verdict::fail; });
}

}  // namespace stimmbuch::program
