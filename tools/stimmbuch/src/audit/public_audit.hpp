#pragma once

#include <expected>
#include <string>

#include "audit/verification.hpp"

namespace stimmbuch::program {

// As verify_log, for a public export, which has the tiles and the bundles of counted polls: that nothing of
// these was altered, that each record in a bundle lies in the tree, and that each poll's count follows from
// its bundle. `list` is its list of bundles. What needs all records is skipped. One bundle is in
// memory, and about 80 bytes for each record of the others.
std::expected<Verification, Failure> verify_public_log(const FetchLogFile& fetch, const std::string& list,
                                                       const AuditMaterial& material, Console& console,
                                                       Signals& signals);

}  // namespace stimmbuch::program
