#include "audit/checks.hpp"

#include <algorithm>
#include <array>

namespace stimmbuch::program {

namespace {

struct Row {
  CheckId id;
  std::string_view code;
  std::string_view title;
};

constexpr std::array catalogue{
    Row{CheckId::A1, "A1", "All files that the checkpoint promises are there"},
    Row{CheckId::A2, "A2", "No gap in positions or revisions, commands whole"},
    Row{CheckId::B1, "B1", "The checkpoint is signed by the log's key"},
    Row{CheckId::B2, "B2", "Witnesses have cosigned the checkpoint"},
    Row{CheckId::B3, "B3", "The first record names that key and this origin"},
    Row{CheckId::C1, "C1", "Nothing altered: records, tiles and root agree"},
    Row{CheckId::C2, "C2", "The log goes on from the earlier checkpoint"},
    Row{CheckId::D1, "D1", "Every record in the one canonical writing"},
    Row{CheckId::D2, "D2", "Times in order, those of ballots on the grid"},
    Row{CheckId::D3, "D3", "Nobody did what only others may"},
    Row{CheckId::E1, "E1", "Every command is what the rules allow and write"},
    Row{CheckId::E2, "E2", "Every voter was entitled"},
    Row{CheckId::E3, "E3", "One ballot of each voter counts, the last one"},
    Row{CheckId::E4, "E4", "Ballots lie between opening and closing"},
    Row{CheckId::F1, "F1", "Sealed ballots opened to what was sealed"},
    Row{CheckId::F2, "F2", "Counts in the log follow from the ballots"},
    Row{CheckId::F3, "F3", "Served tallies follow from the ballots"},
    Row{CheckId::G1, "G1", "Secrets of finished polls destroyed in time"},
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
