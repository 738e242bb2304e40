#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stimmbuch::program {

// The checks of an audit, numbered so that a report can be quoted. Order and letters: completeness,
// authenticity, integrity, content, rules, results, privacy, people.
enum class CheckId {
  files_there,         // A1
  order,               // A2
  signature,           // B1
  witnesses,           // B2
  identity,            // B3
  tree,                // C1
  earlier_checkpoint,  // C2
  canonical,           // D1
  times,               // D2
  actors,              // D3
  erasures,            // D5
  rules,               // E1
  entitlement,         // E2
  one_ballot,          // E3
  voting_time,         // E4
  openings,            // F1
  counts,              // F2
  tallies,             // F3
  surveys,             // F4
  secrets_destroyed,   // G1
  statements,          // H1
  draws,               // H2
};

enum class Verdict { pass, fail, skipped };

struct Finding {
  std::string where;   // "position 17", a subject, or a file's name
  std::string detail;  // a sentence
};

struct CheckResult {
  CheckId id;
  std::string_view code;   // "A1"
  std::string_view title;  // what holds, if it passes
  Verdict verdict = Verdict::pass;
  std::uint64_t examined = 0;     // of what the check is about
  std::string reason;             // why it was skipped
  std::vector<Finding> findings;  // the first ones
  std::uint64_t finding_count = 0;
};

std::string_view name_of(Verdict verdict);

// Which check a difference that a recount found belongs to, by its code.
CheckId check_of_difference(std::string_view code);

// What came of each check: it passes unless something was found, or it was skipped.
class CheckList {
 public:
  static constexpr std::size_t findings_kept = 1'000;  // of a check; all are counted

  CheckList();

  void find(CheckId id, std::string where, std::string detail);
  // Not so where something was found already.
  void skip(CheckId id, std::string reason);
  void examine(CheckId id, std::uint64_t more);

  const std::vector<CheckResult>& results() const { return results_; }
  bool passed() const;

 private:
  CheckResult& result(CheckId id) { return results_[static_cast<std::size_t>(id)]; }

  std::vector<CheckResult> results_;
};

}  // namespace stimmbuch::program
