#pragma once

#include <expected>

#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"

// What may be done in a project now, and by whom: asked by each command that takes part in it, and by
// whoever wants to know before.
namespace stimmbuch::project {

// The phase in which this can be done now; or why it cannot.
std::expected<const Phase*, Rejection> open_phase(const State& project, const PhaseId& id, Feature feature,
                                                  Time now);

// The same, if it admits the citizen; nullptr is nobody who is registered.
std::expected<const Phase*, Rejection> admitting_phase(const State& project, const PhaseId& id,
                                                       Feature feature, const citizen::State* citizen,
                                                       const ledger::State& ledger, Time now);

// Whether an account, if there is one, is not erased: who takes back what they said needs nothing else, since
// erasing an account moves no figure.
std::expected<void, Rejection> check_account(const citizen::State* citizen);

}  // namespace stimmbuch::project
