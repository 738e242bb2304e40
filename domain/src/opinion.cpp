#include "stimmbuch/domain/opinion.hpp"

#include <string>

#include "stimmbuch/domain/admission.hpp"

namespace stimmbuch::opinion {

namespace {

// Of those that a phase switches on: whoever may read may report.
project::Feature feature_of(OpinionKind kind) {
  return kind == OpinionKind::support ? project::Feature::support : project::Feature::rate;
}

}  // namespace

std::expected<const project::Phase*, Rejection> open_phase(const Context& context) {
  return project::open_phase(context.project, context.contest.phase, feature_of(context.contest.kind),
                             context.now);
}

std::expected<const project::Phase*, Rejection> admitting_phase(const Context& context) {
  return project::admitting_phase(context.project, context.contest.phase, feature_of(context.contest.kind),
                                  context.citizen, context.ledger, context.now);
}

std::expected<void, Rejection> check_about(const Context& context, std::string_view where) {
  const contribution::State& about = context.about;
  const bool is_of_phase = about.project == context.contest.project && about.phase == context.contest.phase;
  if (!about.submitted || !is_of_phase) return refused(Refusal::contribution_unknown, std::string(where));
  if (about.is_over()) return refused(Refusal::contribution_over, std::string(where));
  if (!about.is_shown()) return refused(Refusal::contribution_not_shown, std::string(where));
  return {};
}

std::expected<void, Rejection> check_commands_left(std::size_t commands, std::size_t standing) {
  if (commands + standing + 2 > commands_max) return refused(Refusal::opinions_changed_out);
  return {};
}

}  // namespace stimmbuch::opinion
