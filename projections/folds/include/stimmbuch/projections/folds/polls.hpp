#pragma once

#include <string>

#include "stimmbuch/projections/folds/fold.hpp"

// Every poll as it was drafted, opened and decided.
//
//   document/<poll>                  the poll (docs/formats/views.md)
//   document/<poll>/<position>       the result that the ResultComputed at a position recorded; earlier ones
//   stay newest/<rank>                    summaries of all polls, newest first project/<project>/<rank>
//   summaries of a project's polls, newest first
//
// A text of the vault stands as {"$text":"text/<subject>/<revision>/<field>"}, the name of its row; who
// answers fills it in or leaves it out. In the names of an option's rows "options/<option>/" stands before
// the field.
namespace stimmbuch::projections {

Projection polls_projection();

// Behind these prefixes lie the lists.
inline constexpr std::string_view newest_prefix = "newest/";
inline constexpr std::string_view due_prefix = "due/";
inline constexpr std::string_view unsettled_prefix = "unsettled/";
std::string polls_of_project_prefix(const ProjectId& project);

// The id of a recorded result's document.
std::string result_id(const PollId& poll, Position result);

}  // namespace stimmbuch::projections
