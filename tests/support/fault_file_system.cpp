#include "support/fault_file_system.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <rocksdb/system_clock.h>

namespace stimmbuch::eventstore::testing {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

std::string directory_of(const std::string& path) {
  return fs::path(path).parent_path();
}

// The path without "//" and a trailing "/", which RocksDB leaves in some.
std::string plain(const std::string& path) {
  const auto normal = fs::path(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

IOStatus power_is_off() {
  return IOStatus::IOError("injected: the power is off");
}

}  // namespace

// Reports what is appended and synced.
class FaultFileSystem::TrackedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  TrackedFile(FaultFileSystem& disk, std::string path, std::shared_ptr<Content> content,
              std::unique_ptr<rocksdb::FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)),
        disk_(disk),
        path_(std::move(path)),
        content_(std::move(content)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* dbg) override {
    std::size_t part = data.size();
    const auto status = disk_.append(path_, data.size(), part);
    if (part == 0) return status;
    const auto written = FSWritableFileOwnerWrapper::Append(rocksdb::Slice(data.data(), part), options, dbg);
    if (written.ok()) disk_.appended(*content_, part);
    return status.ok() ? written : status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*info*/, IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  // Space is not reserved: giving it back when the file is closed takes longer than all the rest.
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
    return disk_.sync(path_, *content_);
  }
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
    return disk_.sync(path_, *content_);
  }

 private:
  FaultFileSystem& disk_;
  const std::string path_;
  const std::shared_ptr<Content> content_;
};

class FaultFileSystem::TrackedDirectory final : public rocksdb::FSDirectory {
 public:
  TrackedDirectory(FaultFileSystem& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override {
    return disk_.sync_directory(path_);
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*dbg*/) override { return IOStatus::OK(); }

 private:
  FaultFileSystem& disk_;
  const std::string path_;
};

namespace {

class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int micros) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1'000));
  }
};

class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(const std::shared_ptr<FaultFileSystem>& disk)
      : EnvWrapper(rocksdb::NewCompositeEnv(disk)) {
    system_clock_ = std::make_shared<ImpatientClock>();
  }
  const char* Name() const override { return "FaultEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> env_on(const std::shared_ptr<FaultFileSystem>& disk) {
  return std::make_unique<FaultEnv>(disk);
}

FaultFileSystem::FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultFileSystem::arm(Fault fault, std::uint64_t operation, std::string suffix) {
  const std::lock_guard lock(mutex_);
  armed_ = Armed{fault, operation, std::move(suffix)};
  struck_ = false;
}

void FaultFileSystem::cut_power() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
  struck_ = true;
}

bool FaultFileSystem::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

void FaultFileSystem::set_free_bytes(std::optional<std::uint64_t> bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

IOStatus FaultFileSystem::change(const std::string& path) {
  if (dead_) return power_is_off();
  if (!armed_ || !path.ends_with(armed_->suffix) || --armed_->operations_left != 0) return IOStatus::OK();
  const auto fault = armed_->fault;
  armed_.reset();
  struck_ = true;
  switch (fault) {
    case Fault::io_error:
      return IOStatus::IOError("injected: input/output error");
    case Fault::no_space:
      return IOStatus::NoSpace("injected: no space left on device");
    case Fault::power_cut:
      dead_ = true;
      return power_is_off();
  }
  return IOStatus::OK();
}

IOStatus FaultFileSystem::append(const std::string& path, std::size_t size, std::size_t& part) {
  const std::lock_guard lock(mutex_);
  const bool was_dead = dead_;
  const auto status = change(path);
  if (!status.ok()) part = dead_ && !was_dead ? size / 2 : 0;
  return status;
}

void FaultFileSystem::appended(Content& content, std::size_t size) {
  const std::lock_guard lock(mutex_);
  content.size += size;
}

IOStatus FaultFileSystem::sync(const std::string& path, Content& content) {
  const std::lock_guard lock(mutex_);
  const auto status = change(path);
  if (status.ok()) content.synced = content.size;
  return status;
}

IOStatus FaultFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto status = change(path);
  if (!status.ok()) return status;
  const auto changes = unsynced_changes_.extract(path);
  if (changes.empty()) return status;
  for (const auto& durable : changes.mapped())
    if (!durable.saved.empty()) fs::remove(durable.saved);
  return status;
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto name = plain(path);
  auto status = change(name);
  if (!status.ok()) return status;
  const bool existed = fs::exists(name);
  std::unique_ptr<rocksdb::FSWritableFile> target;
  status = FileSystemWrapper::NewWritableFile(name, options, &target, dbg);
  if (!status.ok()) return status;
  if (!existed) note({.kind = Change::Kind::made_file, .path = name});
  auto& content = contents_[name] = std::make_shared<Content>();
  *file = std::make_unique<TrackedFile>(*this, name, content, std::move(target));
  return status;
}

IOStatus FaultFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto name = plain(path);
  std::unique_ptr<rocksdb::FSWritableFile> target;
  auto status = dead_ ? power_is_off() : FileSystemWrapper::ReopenWritableFile(name, options, &target, dbg);
  if (!status.ok()) return status;
  auto& content = contents_[name];
  if (content == nullptr) {
    const auto size = fs::file_size(name);
    content = std::make_shared<Content>(size, size);
  }
  *file = std::make_unique<TrackedFile>(*this, name, content, std::move(target));
  return status;
}

IOStatus FaultFileSystem::ReuseWritableFile(const std::string& /*path*/, const std::string& /*old_path*/,
                                            const FileOptions& /*options*/,
                                            std::unique_ptr<rocksdb::FSWritableFile>* /*file*/,
                                            IODebugContext* /*dbg*/) {
  return IOStatus::NotSupported("files are not reused, so losing them is not modelled");
}

IOStatus FaultFileSystem::NewRandomRWFile(const std::string& /*path*/, const FileOptions& /*options*/,
                                          std::unique_ptr<rocksdb::FSRandomRWFile>* /*file*/,
                                          IODebugContext* /*dbg*/) {
  return IOStatus::NotSupported("files are not overwritten, so losing that is not modelled");
}

IOStatus FaultFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* directory,
                                       IODebugContext* dbg) {
  std::unique_ptr<rocksdb::FSDirectory> target;
  const auto status = FileSystemWrapper::NewDirectory(path, options, &target, dbg);
  if (status.ok()) *directory = std::make_unique<TrackedDirectory>(*this, plain(path));
  return status;
}

IOStatus FaultFileSystem::DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto name = plain(path);
  auto status = change(name);
  if (!status.ok()) return status;
  const auto saved = save(name);
  status = FileSystemWrapper::DeleteFile(name, options, dbg);
  if (!status.ok()) return status;
  note({.kind = Change::Kind::removed, .path = name, .saved = saved});
  contents_.erase(name);
  return status;
}

IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                     IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto old_name = plain(from);
  const auto new_name = plain(to);
  auto status = change(new_name);
  if (!status.ok()) return status;
  const auto saved = save(new_name);
  status = FileSystemWrapper::RenameFile(old_name, new_name, options, dbg);
  if (!status.ok()) return status;
  note({.kind = Change::Kind::renamed, .path = new_name, .from = old_name, .saved = saved});
  if (auto moved = contents_.extract(old_name); !moved.empty()) contents_[new_name] = moved.mapped();
  return status;
}

IOStatus FaultFileSystem::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                                   IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto name = plain(to);
  auto status = change(name);
  if (status.ok()) status = FileSystemWrapper::LinkFile(from, name, options, dbg);
  if (!status.ok()) return status;
  note({.kind = Change::Kind::made_file, .path = name});
  if (const auto linked = contents_.find(plain(from)); linked != contents_.end())
    contents_[name] = linked->second;
  return status;
}

IOStatus FaultFileSystem::CreateDir(const std::string& path, const IOOptions& options, IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  const auto name = plain(path);
  auto status = change(name);
  if (status.ok()) status = FileSystemWrapper::CreateDir(name, options, dbg);
  if (status.ok()) note({.kind = Change::Kind::made_directory, .path = name});
  return status;
}

IOStatus FaultFileSystem::CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                             IODebugContext* dbg) {
  return fs::is_directory(path) ? IOStatus::OK() : CreateDir(path, options, dbg);
}

IOStatus FaultFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options,
                                       std::uint64_t* bytes, IODebugContext* dbg) {
  const std::lock_guard lock(mutex_);
  if (!free_bytes_) return FileSystemWrapper::GetFreeSpace(path, options, bytes, dbg);
  *bytes = *free_bytes_;
  return IOStatus::OK();
}

void FaultFileSystem::note(Change change) {
  const auto directory = directory_of(change.path);
  unsynced_changes_[directory].push_back(std::move(change));
}

std::string FaultFileSystem::save(const std::string& path) {
  if (!fs::exists(path)) return {};
  // A name that RocksDB takes for none of its own.
  auto saved = directory_of(path) + "/saved-by-fault-file-system-" + std::to_string(next_saved_++);
  fs::create_hard_link(path, saved);
  return saved;
}

void FaultFileSystem::lose_unsynced(std::mt19937_64& random) {
  const std::lock_guard lock(mutex_);
  lose_content(random);
  lose_entries(random);
  contents_.clear();
  armed_.reset();
  dead_ = false;
  struck_ = false;
}

void FaultFileSystem::lose_content(std::mt19937_64& random) {
  std::set<Content*> lost;
  for (const auto& [path, content] : contents_) {
    if (content->synced == content->size || !lost.insert(content.get()).second) continue;
    const auto unsynced = content->size - content->synced;
    const auto kept = content->synced + (random() % 3 == 0 ? 0 : random() % (unsynced + 1));
    fs::resize_file(path, kept);
    if (random() % 3 != 0) continue;
    // Torn: the file has got its length, but not all of its bytes.
    const bool zeros = random() % 2 == 0;
    std::ofstream file(path, std::ios::binary | std::ios::app);
    for (auto at = kept; at < content->size; ++at) file.put(zeros ? '\0' : static_cast<char>(random()));
  }
}

void FaultFileSystem::lose_entries(std::mt19937_64& random) {
  for (auto& [directory, changes] : unsynced_changes_) {
    auto kept = random() % (changes.size() + 1);
    for (; changes.size() > kept; changes.pop_back()) undo(changes.back());
    for (const auto& change : changes)
      if (!change.saved.empty()) fs::remove(change.saved);
  }
  unsynced_changes_.clear();
}

void FaultFileSystem::undo(const Change& change) {
  std::error_code gone;  // with a directory above it
  switch (change.kind) {
    case Change::Kind::made_file:
      fs::remove(change.path, gone);
      break;
    case Change::Kind::made_directory:
      fs::remove_all(change.path, gone);
      break;
    case Change::Kind::removed:
      break;
    case Change::Kind::renamed:
      fs::rename(change.path, change.from, gone);
      break;
  }
  if (!change.saved.empty()) fs::rename(change.saved, change.path, gone);
}

}  // namespace stimmbuch::eventstore::testing
