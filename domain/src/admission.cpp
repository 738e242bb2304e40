#include "stimmbuch/domain/admission.hpp"

namespace stimmbuch::project {

std::expected<const Phase*, Rejection> open_phase(const State& project, const PhaseId& id, Feature feature,
                                                  Time now) {
  if (project.status == Status::unknown) return refused(Refusal::project_unknown);
  if (project.status == Status::closed) return refused(Refusal::project_closed);
  const Phase* const phase = project.phase(id);
  if (!phase) return refused(Refusal::phase_unknown);
  if (!phase->has(feature)) return refused(Refusal::feature_off);
  if (!phase->is_open(now)) return refused(Refusal::phase_not_open);
  return phase;
}

std::expected<const Phase*, Rejection> admitting_phase(const State& project, const PhaseId& id,
                                                       Feature feature, const citizen::State* citizen,
                                                       const ledger::State& ledger, Time now) {
  const auto phase = open_phase(project, id, feature, now);
  if (!phase) return phase;
  if (!citizen) return refused(Refusal::citizen_unknown);
  if (auto fit = entitled(*citizen, (*phase)->electorate_of(feature), ledger); !fit)
    return std::unexpected(fit.error());
  return phase;
}

std::expected<void, Rejection> check_account(const citizen::State* citizen) {
  if (citizen && citizen->erasure != citizen::Erasure::none) return refused(Refusal::citizen_erased);
  return {};
}

}  // namespace stimmbuch::project
