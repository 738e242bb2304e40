#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stimmbuch::program {

// Columns of the terminal behind a file descriptor; where there is none, what COLUMNS says, else 80.
std::size_t terminal_width(int descriptor);

// Columns that a text in UTF-8 takes: accents take none, Chinese characters two.
std::size_t display_width(std::string_view text);

// The text in exactly `width` columns: cut, with an ellipsis, or filled up with spaces.
std::string fitted(std::string_view text, std::size_t width);

// The text in lines of at most `width` columns, broken at spaces; a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace stimmbuch::program
