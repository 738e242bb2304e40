#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace stimmbuch::eventstore::testing {

// A disk that fails on command. It passes everything on to the real file system but keeps account of what
// has been synced, and after a power cut takes away what was not: file contents behind the last sync, and
// entries of directories since the directory's last sync. Real syncs are left out. Any thread.
class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault {
    io_error,   // the operation fails and does nothing
    no_space,   // the same, for want of space
    power_cut,  // an append may still happen in part; this and all later changes fail
  };

  FaultFileSystem();

  // Makes the n-th change from now on, counted from 1, fail: appends, syncs, and changes of directories.
  // Counts only changes of files whose path ends in `suffix`.
  void arm(Fault fault, std::uint64_t operation, std::string suffix = "");
  // From now on nothing changes any more.
  void cut_power();
  // True once an armed fault has struck or the power was cut.
  bool struck() const;

  // Leaves on the disk what a machine might find when the power comes back, and makes the disk work again.
  // Everything that used the file system must have been closed.
  void lose_unsynced(std::mt19937_64& random);

  // What the disk claims to have free; nothing: the truth.
  void set_free_bytes(std::optional<std::uint64_t> bytes);

  // rocksdb::FileSystem
  const char* Name() const override { return "FaultFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* bytes, rocksdb::IODebugContext* dbg) override;

 private:
  class TrackedFile;
  class TrackedDirectory;

  // A file's content, under whatever names it has.
  struct Content {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
  };

  // A change of a directory that a power cut may undo.
  struct Change {
    enum class Kind { made_file, made_directory, removed, renamed };
    Kind kind;
    std::string path;
    std::string from = {};  // of a rename
    std::string saved =
        {};  // another name of the file that was removed, or replaced by the rename; empty: none
  };

  // Counts a change of `path` and tells how it fails, if it does. Needs the mutex.
  rocksdb::IOStatus change(const std::string& path);
  // The same for an append of `size` bytes; `part` becomes how many of them still reach the disk.
  rocksdb::IOStatus append(const std::string& path, std::size_t size, std::size_t& part);
  void appended(Content& content, std::size_t size);
  rocksdb::IOStatus sync(const std::string& path, Content& content);
  rocksdb::IOStatus sync_directory(const std::string& path);

  void note(Change change);
  // Gives a file, if there is one, a second name under which it survives; returns that name, or "".
  std::string save(const std::string& path);
  void lose_content(std::mt19937_64& random);
  void lose_entries(std::mt19937_64& random);
  static void undo(const Change& change);

  mutable std::mutex mutex_;  // guards all below
  struct Armed {
    Fault fault;
    std::uint64_t operations_left;
    std::string suffix;
  };
  std::optional<Armed> armed_;
  bool dead_ = false;
  bool struck_ = false;
  std::optional<std::uint64_t> free_bytes_;
  std::map<std::string, std::shared_ptr<Content>> contents_;
  std::map<std::string, std::vector<Change>> unsynced_changes_;  // by directory, oldest first
  std::uint64_t next_saved_ = 0;
};

// An environment on that disk, in which RocksDB does not sleep for a second after a failed flush or
// compaction.
std::unique_ptr<rocksdb::Env> env_on(const std::shared_ptr<FaultFileSystem>& disk);

}  // namespace stimmbuch::eventstore::testing
