#pragma once

#include <string>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/projections/folds/fold.hpp"

// What is new in each project, for whoever tells people of it: phases, milestones, polls, and contributions
// once everybody may read them. References only, no texts.
//
//   project/<project>/<position>   one piece of news (docs/formats/views.md), oldest first
namespace stimmbuch::projections {

Projection news_projection();

std::string news_prefix(const ProjectId& project);
// The key of what is recorded at a position, behind the prefix.
std::string news_key(Position position);

}  // namespace stimmbuch::projections
