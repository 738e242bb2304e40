#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace stimmbuch {

// Why a command was refused. A refusal is a state of the world, not a fault: it changes nothing and is never
// thrown. Codes are stable for clients; each has a row in refusal.cpp and a page under /problems/.
enum class Refusal {
  // citizens
  citizen_unknown,
  citizen_blocked,
  citizen_not_blocked,
  already_registered,
  citizen_erased,
  erasure_pending,
  text_unknown,
  registry_identity_required,
  // cells
  cell_already_declared,
  age_bands_overlap,
  level_unknown,
  district_unknown,
  age_band_unknown,
  // projects
  project_unknown,
  project_exists,
  project_closed,
  phase_unknown,
  phase_exists,
  phases_overlap,
  phase_not_open,
  phase_over,
  phase_not_over,
  milestone_unknown,
  milestone_exists,
  milestone_over,
  milestone_not_later,
  option_not_selected,
  // polls
  poll_unknown,
  poll_exists,
  poll_not_draft,
  poll_not_open,
  poll_not_yet_open,
  poll_closed,
  poll_not_closed,
  poll_not_counted,
  poll_counted,
  poll_final,
  poll_closes_later,
  closing_time_passed,
  options_missing,
  option_exists,
  option_unknown,
  option_withdrawn,
  extension_needs_outage,
  extension_not_later,
  count_outdated,
  tie_unresolved,
  lot_not_needed,
  proposal_outdated,
  same_official,
  poll_not_settled,
  poll_settled,
  ballots_opened,
  // ballots
  level_too_low,
  district_not_entitled,
  age_band_not_entitled,
  choices_too_few,
  choices_too_many,
  choice_repeated,
  choice_unknown,
  points_invalid,
  budget_exceeded,
  blank_not_allowed,
  vote_not_changeable,
  no_vote_to_withdraw,
  ballot_changes_exhausted,
  secret_destroyed,
  secret_needed,
  poll_not_imported,
  poll_imported,
  // contributions
  contribution_unknown,
  contribution_exists,
  contribution_not_shown,
  contribution_over,
  contribution_decided,
  not_the_author,
  not_a_proposal,
  feature_off,
  other_phase,
  nested_too_deep,
  version_unknown,
  nothing_to_release,
  status_not_possible,
  rejection_needs_reason,
  hiding_unknown,
  nothing_to_restore,
  already_appealed,
  appeal_unknown,
  appeal_decided,
  // supports, ratings, reports
  already_supported,
  not_supported,
  supports_exhausted,
  opinions_changed_out,
  rating_of_other_scale,
  not_rated,
  already_reported,
  // surveys
  survey_unknown,
  survey_exists,
  survey_not_draft,
  survey_not_open,
  survey_closed,
  questions_missing,
  question_exists,
  question_unknown,
  text_released_already,
  survey_not_closed,
  export_unknown,
  export_over,
  // answers
  answer_missing,
  answer_of_other_kind,
  answer_option_unknown,
  answer_options_too_few,
  answer_options_too_many,
  answer_option_repeated,
  answer_out_of_range,
  answers_not_changeable,
  no_answers_to_withdraw,
  answers_changed_out,
  // documents and marks
  document_unknown,
  document_exists,
  version_replaced,
  paragraph_unknown,
  quote_differs,
  category_unknown,
  outside_area,
  // any
  invalid,
  stream_full,
};

// What kind of answer a refusal is; the adapters map it to their own words (HTTP: 409, 422, 403, 404).
enum class RefusalKind { conflict, unacceptable, forbidden, not_found, gone };

struct RefusalText {
  Refusal refusal;
  RefusalKind kind;
  std::string_view code;  // lower snake case, never renamed
  std::string_view en;    // one sentence that says what is so and what to do
  std::string_view de;
};

// The refusal and the place that it is about: a JSON pointer into the command's members, or empty.
struct Rejection {
  Refusal refusal;
  std::string where;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

inline std::unexpected<Rejection> refused(Refusal refusal, std::string where = {}) {
  return std::unexpected(Rejection{refusal, std::move(where)});
}

// The row of a refusal.
const RefusalText& text_of(Refusal refusal);

// All refusals, for documentation and tests.
std::span<const RefusalText> all_refusals();

}  // namespace stimmbuch
