#pragma once

#include <optional>
#include <string_view>

#include "stimmbuch/projections/folds/fold.hpp"

// The figures of the whole platform: citizens, projects, polls and ballots, and what the log consists of.
//
//   document/figures   (docs/formats/views.md)
//   citizen/<id>       what the rules know of a citizen
namespace stimmbuch::projections {

Projection figures_projection();

inline constexpr std::string_view citizen_rows = "citizen/";

// A citizen as a row holds it; nothing if it cannot be read.
std::optional<citizen::State> read_citizen_row(std::string_view value);

}  // namespace stimmbuch::projections
