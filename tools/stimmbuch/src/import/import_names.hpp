#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The names that an import gives to what it makes. They follow from what is imported, so that an import that
// was cut off finds what it made when it is started again.
namespace stimmbuch::program {

// An id from the name of a file or folder and the hash of its content, at most `bytes_max` long.
std::string imported_id(std::string_view name, std::string_view content_hash, std::size_t bytes_max);

// The key of one command of an import. Keys are told apart by actor and stream, so it names the step only.
std::string import_key(std::string_view content_hash, std::string_view step);

// A title as the engine takes it: UTF-8 without control characters, cut between characters to 240 bytes.
// Where nothing is left, `otherwise`.
std::string imported_title(std::string_view text, std::string_view otherwise);

}  // namespace stimmbuch::program
