#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

namespace stimmbuch::program {

// A text by language: the wanted one, else German, English or whatever there is.
std::string localized(const Json& text, std::string_view language);

// "de" or "en", as the environment of the person at the terminal says.
std::string_view language_of_user();

// A tally document as people read it: the figures, and the options from the best down with bars.
std::vector<std::string> tally_lines(const Json& tally, std::string_view title, std::string_view language,
                                     std::size_t width);

}  // namespace stimmbuch::program
