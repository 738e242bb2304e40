#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

// Documents of an engine as the demo shows them to people, in lines.
namespace stimmbuch::program {

// A project with its phases.
std::vector<std::string> project_lines(const Json& project, std::string_view language);
// A list of proposals with how many support each.
std::vector<std::string> proposal_lines(const Json& proposals, std::size_t width);
// A proposal and what is said to it, with what moderators took away.
std::vector<std::string> discussion_lines(const Json& proposal, const Json& replies, std::size_t width);
// The results of a survey, question by question as the survey words them.
std::vector<std::string> survey_lines(const Json& survey, const Json& results, std::string_view language,
                                      std::size_t width);
// What became of what was voted for.
std::vector<std::string> milestone_lines(const Json& project, std::string_view language);

}  // namespace stimmbuch::program
