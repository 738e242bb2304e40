#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Files that survive a power failure. Everything here throws std::runtime_error, which names the file.
namespace stimmbuch::files {

using Append = std::function<void(std::string_view)>;

// Makes a file for its owner, or replaces it, with what `write` appends; synced on return, but for its name.
void write_durably(const std::filesystem::path& file, const std::function<void(const Append&)>& write);

// Makes the entries of a directory durable.
void sync_directory(const std::filesystem::path& directory);

// Makes or replaces a file: after a crash it is the old one or the new one, whole. Durable on return.
void replace_durably(const std::filesystem::path& file, std::string_view content);

// The same without waiting for the disk: durable with the next sync_file_system.
void replace_whole(const std::filesystem::path& file, std::string_view content);

// Makes everything durable that was written to the file system of a directory.
void sync_file_system(const std::filesystem::path& directory);

// All of a file; nothing if there is none.
std::optional<std::string> read_if_there(const std::filesystem::path& file);

}  // namespace stimmbuch::files
