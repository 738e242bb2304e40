#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/console.hpp"
#include "demo/townspeople.hpp"

namespace stimmbuch::program {

// What must have come of what the people did. No figure depends on who left; of marks and annotations it is
// said, too, what is left to be read.
struct Expected {
  std::map<std::string, std::int64_t> votes;                   // by option
  std::vector<std::int64_t> supports;                          // by proposal
  std::vector<std::pair<std::int64_t, std::int64_t>> ratings;  // by comment, up and down
  std::int64_t respondents = 0;
  std::map<std::string, std::int64_t> answers;  // by question/option or question/value
  std::vector<std::string> marks;               // all that is to be read of each that is shown, sorted
  std::vector<std::string> annotations;         // the same of each, shown or not
};
Expected expected_of(const Townspeople& people);

// The same of what an engine shows: of a feature of the map, and of an item in the list of annotations.
std::string mark_as_shown(const Json& feature);
std::string annotation_as_shown(const Json& annotation);

}  // namespace stimmbuch::program
