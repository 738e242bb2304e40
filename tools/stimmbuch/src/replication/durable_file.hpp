#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace stimmbuch::program {

using Append = std::function<void(std::string_view)>;

// Makes a file for its owner, or replaces it, with what `write` appends; synced on return. Throws
// std::runtime_error, as do the next.
void write_durably(const std::filesystem::path& file, const std::function<void(const Append&)>& write);

// Makes the entries of a directory durable.
void sync_directory(const std::filesystem::path& directory);

}  // namespace stimmbuch::program
