#pragma once

#include "stimmbuch/projections/folds/fold.hpp"

// Every project with its phases and milestones. Its polls, which may be thousands, are counted here and
// listed by the projection of polls.
//
//   document/<project>   the project (docs/formats/views.md)
//   newest/<rank>        summaries of all projects, newest first
namespace stimmbuch::projections {

Projection projects_projection();

}  // namespace stimmbuch::projections
