#include "durable_files.hpp"

namespace stimmbuch::eventstore {

rocksdb::Status sync_directory(rocksdb::Env& env, const std::filesystem::path& directory) {
  std::unique_ptr<rocksdb::Directory> opened;
  if (auto status = env.NewDirectory(directory, &opened); !status.ok()) return status;
  return opened->Fsync();
}

rocksdb::Status replace_file(rocksdb::Env& env, const std::filesystem::path& file,
                             const std::string& content) {
  auto temporary = file;
  temporary += ".new";
  if (auto status = rocksdb::WriteStringToFile(&env, content, temporary, /*should_sync=*/true); !status.ok())
    return status;
  if (auto status = env.RenameFile(temporary, file); !status.ok()) return status;
  return sync_directory(env, file.parent_path());
}

}  // namespace stimmbuch::eventstore
