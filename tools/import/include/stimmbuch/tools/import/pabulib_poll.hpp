#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace stimmbuch::import {

/// How the engine spends a budget, best project first.
enum class BudgetRule {
  skip,       // a project that does not fit is skipped
  stop,       // the first project that does not fit ends it
  threshold,  // as skip, without the projects whose score is below the threshold
};

struct BudgetCount {
  BudgetRule rule = BudgetRule::skip;
  std::int64_t threshold = 0;
};

enum class BallotKind { single, approval, ranked, points };

struct BallotForm {
  BallotKind kind = BallotKind::approval;
  BallotBounds bounds;
  std::int64_t first_rank_points = 0;  // ranked: the first choice scores this, each further one a point less
};

/// The engine's rule for the file's `rule`, or "unsupported: " and why.
std::expected<BudgetCount, std::string> budget_count(const PabulibHead& head);

/// The engine's form of the file's ballots, or "unsupported: " and why.
std::expected<BallotForm, std::string> ballot_form(const PabulibHead& head);

/// An option id `[A-Za-z0-9_-]{1,64}` for each project, in order, all different. An id of that form stays as
/// it is; in others each foreign byte becomes `-`, and a number makes equal ones different. The same projects
/// give the same ids, so that an import that was cut off finds its options again.
std::vector<std::string> option_ids(const std::vector<PabulibProject>& projects);

}  // namespace stimmbuch::import
