#pragma once

#include "stimmbuch/projections/folds/fold.hpp"

// The figures of the whole platform: citizens, projects, polls and ballots, and what the log consists of.
//
//   document/figures   (docs/formats/views.md)
namespace stimmbuch::projections {

Projection figures_projection();

}  // namespace stimmbuch::projections
