#pragma once

#include <filesystem>
#include <string>

#include <rocksdb/env.h>

namespace stimmbuch::eventstore {

// Makes the entries of a directory durable: files made in, renamed in or removed from it.
rocksdb::Status sync_directory(rocksdb::Env& env, const std::filesystem::path& directory);

// Writes a small file so that after a crash at any moment the old or the new content is there whole.
rocksdb::Status replace_file(rocksdb::Env& env, const std::filesystem::path& file,
                             const std::string& content);

}  // namespace stimmbuch::eventstore
