#include "stimmbuch/domain/report.hpp"

#include <algorithm>

namespace stimmbuch::report {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

// Since it began, the phase collects reports as long as its participants can be told apart.
std::expected<const project::Phase*, Rejection> begun_phase(const opinion::Context& context) {
  if (context.project.status == project::Status::unknown) return refused(Refusal::project_unknown);
  const project::Phase* const phase = context.project.phase(context.contest.phase);
  if (!phase) return refused(Refusal::phase_unknown);
  if (!phase->collects(OpinionKind::report)) return refused(Refusal::feature_off);
  if (context.now < phase->opens) return refused(Refusal::phase_not_open);
  if (context.project.is_destroyed(context.contest.phase, OpinionKind::report))
    return refused(Refusal::secret_destroyed);
  return phase;
}

Decision decide_on(const State& state, const Report& command, const opinion::Context& context) {
  const auto phase = begun_phase(context);
  if (!phase) return std::unexpected(phase.error());
  if (!context.citizen) return refused(Refusal::citizen_unknown);
  if (auto fit = entitled(*context.citizen, (*phase)->electorate_of(OpinionKind::report), context.ledger);
      !fit)
    return std::unexpected(fit.error());
  if (auto checked = opinion::check_about(context, "/contribution"); !checked)
    return std::unexpected(checked.error());
  if (std::ranges::find(state.reported, command.contribution) != state.reported.end())
    return refused(Refusal::already_reported);
  if (state.reported.size() >= reports_max) return refused(Refusal::stream_full);
  return std::vector<Event>{Made{command.contribution, command.reason}};
}

}  // namespace

const ContributionId& about(const Command& command) {
  return std::visit([](const auto& one) -> const ContributionId& { return one.contribution; }, command);
}

State evolve(State state, const Event& event, const Recorded&) {
  state.reported.push_back(std::get<Made>(event).contribution);
  return state;
}

Decision decide(const State& state, const Command& command, const opinion::Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::report
