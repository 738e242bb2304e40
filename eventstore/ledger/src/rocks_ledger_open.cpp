// Opening a ledger: lock it, open index and log, make sure that what was acknowledged is still there, fill
// the index up. The steps throw OpenError, and open() makes a value of it.

#include <algorithm>
#include <ranges>

#include "durable_files.hpp"
#include "manifest_tail.hpp"
#include "rocks_ledger_parts.hpp"

namespace stimmbuch::eventstore {
namespace {

namespace fs = std::filesystem;

// Records whose streams are entered into the index in one step.
constexpr std::size_t index_step_records = 1'000;

// Records that are hashed in one step.
constexpr std::uint64_t tree_step_records = 10'000;

// Each may hold a copy of the whole write-ahead log, and a program that is restarted for ever must not fill
// the disk.
constexpr int max_evidence_directories = 20;

void require(const rocksdb::Status& status, const std::string& what) {
  if (!status.ok()) throw OpenError{OpenError::Kind::failed, what + ": " + status.ToString()};
}

// Copies the files that tell how the log came to its end. Files of records are left out: nothing changes
// those.
fs::path keep_evidence(rocksdb::Env& env, const fs::path& directory, const fs::path& log) {
  fs::path evidence;
  int n = 0;
  do {
    if (n == max_evidence_directories)
      throw OpenError{OpenError::Kind::failed, "evidence of " + std::to_string(n) +
                                                   " attempts to recover is in " + directory.string() +
                                                   ": move it away first"};
    evidence = directory / ("evidence-" + std::to_string(++n));
  } while (env.FileExists(evidence).ok());
  require(env.CreateDir(evidence), "keeping evidence");

  std::vector<std::string> names;
  require(env.GetChildren(log, &names), "keeping evidence");
  for (const auto& name : names) {
    if (name != "CURRENT" && !name.starts_with("MANIFEST-") && !name.ends_with(".log")) continue;
    std::string content;
    require(rocksdb::ReadFileToString(&env, log / name, &content), "keeping evidence");
    require(rocksdb::WriteStringToFile(&env, content, evidence / name, /*should_sync=*/true),
            "keeping evidence");
  }
  require(sync_directory(env, evidence), "keeping evidence");
  require(sync_directory(env, directory), "keeping evidence");
  return evidence;
}

void require_floors(Position head, const std::vector<Floor>& floors) {
  const auto highest = std::ranges::max_element(floors, {}, &Floor::position);
  if (highest == floors.end() || highest->position <= head) return;
  const auto seen = std::to_string(number(highest->position));
  throw OpenError{OpenError::Kind::below_floor,
                  "the log ends at position " + std::to_string(number(head)) + ", but " + highest->seen_by +
                      " has seen position " + seen + ": the records " + std::to_string(number(head) + 1) +
                      " to " + seen + " are missing. Restore a copy of the ledger that reaches position " +
                      seen + "."};
}

// The MANIFEST of the log as it is, and what is whole of it.
struct Manifest {
  fs::path file;
  std::string content;
  std::size_t sound_bytes;
};

Manifest read_manifest(rocksdb::Env& env, const fs::path& log) {
  std::string current;
  require(rocksdb::ReadFileToString(&env, log / "CURRENT", &current), "reading the log's CURRENT");
  Manifest manifest{.file = log / current.substr(0, current.find('\n')), .content = {}, .sound_bytes = 0};
  require(rocksdb::ReadFileToString(&env, manifest.file, &manifest.content), "reading the log's MANIFEST");
  const auto sound = sound_manifest_bytes(manifest.content);
  if (!sound)
    throw OpenError{OpenError::Kind::damaged, manifest.file.string() + " is damaged before its end"};
  manifest.sound_bytes = *sound;
  return manifest;
}

// Opens a log that strict recovery refuses, without what is behind the damage.
std::unique_ptr<RecordLog> recover_tail(const RocksSetup& setup, const fs::path& log,
                                        const rocksdb::Options& log_options, const OpenOptions& options,
                                        const std::vector<Floor>& floors, const std::string& damage) {
  auto& env = *setup.env;
  const auto evidence = keep_evidence(env, options.directory, log);
  const auto manifest = read_manifest(env, log);
  const bool torn = manifest.sound_bytes != manifest.content.size();
  if (torn)
    require(replace_file(env, manifest.file, manifest.content.substr(0, manifest.sound_bytes)),
            "trimming the MANIFEST");
  Position end{};
  try {
    // Looked at first: opening for good removes files.
    end = RecordLog::end_of_point_in_time(log, log_options);
    require_floors(end, floors);
  } catch (...) {
    if (torn) require(replace_file(env, manifest.file, manifest.content), "putting the MANIFEST back");
    throw;
  }
  auto recovered = RecordLog::open(log, log_options, RecordLog::Recovery::point_in_time);
  if (!recovered) require(recovered.error(), "recovering the log's tail");
  options.log("the log's damaged tail was dropped: it ends at position " + std::to_string(number(end)) +
              " now; the files as they were are in " + evidence.string() + "; the damage: " + damage);
  return std::move(*recovered);
}

std::unique_ptr<RecordLog> open_log(const RocksSetup& setup, const RocksLedger::Internals& internals,
                                    const OpenOptions& options, const std::vector<Floor>& floors) {
  const auto directory = options.directory / "log";
  const auto log_options = record_log_options(setup, internals.write_buffer_bytes);
  auto log = RecordLog::open(directory, log_options, RecordLog::Recovery::strict);
  if (log) {
    require_floors((*log)->last(), floors);
    return std::move(*log);
  }
  const auto damage = log.error().ToString();
  if (!log.error().IsCorruption()) require(log.error(), "opening the log");
  if (options.recover_tail) return recover_tail(setup, directory, log_options, options, floors, damage);
  throw OpenError{
      OpenError::Kind::damaged,
      "the log is damaged: " + damage +
          ". If the power failed, this may be its tail, which was never acknowledged: opening with tail "
          "recovery keeps a copy, drops it, and refuses where acknowledged records would be lost."};
}

std::unique_ptr<StreamIndex> open_index(const RocksSetup& setup, const RocksLedger::Internals& internals,
                                        const OpenOptions& options) {
  const StreamIndex::Options index_options{.directory = options.directory / "index",
                                           .staging_file = options.directory / "index-segment.sst",
                                           .table_records = internals.index_table_records,
                                           .hash_bits = internals.subject_hash_bits};
  auto index = StreamIndex::open(setup, index_options);
  if (!index) {
    const auto& status = index.error();
    if (!status.IsCorruption() && !status.IsInvalidArgument() && !status.IsPathNotFound())
      require(status, "opening the stream index");
    options.log("the stream index is unreadable and will be rebuilt: " + status.ToString());
    require(rocksdb::DestroyDB(index_options.directory, stream_index_options(setup)),
            "removing the stream index");
    index = StreamIndex::open(setup, index_options);
    if (!index) require(index.error(), "opening the stream index");
  }
  return std::move(*index);
}

// Reads the end of the log: all that came from the write-ahead log, to see that no record is missing between
// its files, and all that the index does not cover.
void check_and_index_tail(const RecordLog& log, StreamIndex& index, Position head,
                          const RocksLedger::Internals& internals, const OpenOptions& options) {
  if (const auto first = log.first(); head != before_first && first != before_first + 1)
    throw LedgerFault("the log begins at position " + std::to_string(number(first)));
  const auto coverage = index.coverage();
  // In use, at most three tables are behind. More means that the index was deleted.
  const bool rebuilding = head - coverage > 4 * internals.index_table_records;
  if (rebuilding)
    options.log("rebuilding the stream index from position " + std::to_string(number(coverage)) + " to " +
                std::to_string(number(head)));

  std::vector<SubjectHash> subjects;
  const auto enter = [&](Position last) {
    index.add(subjects);
    subjects.clear();
    if (rebuilding) options.index_progress(last, head);
  };
  log.read(std::min(coverage, log.last_in_files()), head, [&](Position position, std::string_view record) {
    if (position > coverage) subjects.push_back(index.hash(options.subject_of(record)));
    if (subjects.size() == index_step_records) enter(position);
    return true;
  });
  enter(head);
}

// A tree that ends early, such as that of a log from before there was one, is continued from the records.
// Whether they are what they were is then up to the signed checkpoints.
std::unique_ptr<TreeStore> open_tree(RecordLog& log, Position head, const OpenOptions& options) {
  auto tree = std::make_unique<TreeStore>(log);
  require_floors(head, {{"the tree over the log", Position{tree->size()}}});
  if (Position{tree->size()} == head) return tree;
  options.log("hashing the log from position " + std::to_string(tree->size() + 1) + " to " +
              std::to_string(number(head)));
  rocksdb::WriteBatch batch;
  while (Position{tree->size()} < head) {
    const Position after{tree->size()};
    std::vector<std::string> records;
    log.read(after, std::min(head, after + tree_step_records), [&](Position, std::string_view record) {
      records.emplace_back(record);
      return true;
    });
    batch.Clear();
    tree->stage(batch, records | std::views::transform([](const std::string& record) {
                         return NewRecord{.subject = {}, .bytes = record};
                       }));
    require(log.commit(batch), "hashing the log");
  }
  return tree;
}

}  // namespace

std::expected<std::unique_ptr<RocksLedger>, OpenError> RocksLedger::open(const OpenOptions& options) {
  return open(options, Internals{});
}

std::expected<std::unique_ptr<RocksLedger>, OpenError> RocksLedger::open(const OpenOptions& given,
                                                                         const Internals& internals) try {
  auto parts = std::make_unique<Parts>(given, internals);
  const auto& options = parts->options;
  const auto& directory = options.directory;
  auto& env = parts->env;

  require(env.CreateDirIfMissing(directory), "making the ledger's directory");
  rocksdb::FileLock* lock = nullptr;
  if (const auto status = env.LockFile(directory / "lock", &lock); !status.ok())
    return std::unexpected(
        OpenError{OpenError::Kind::locked, directory.string() + " is in use: " + status.ToString()});
  parts->lock = std::make_unique<DirectoryLock>(env, lock);

  const auto head_file = read_head_file(env, directory / "head");
  if (!head_file) return std::unexpected(OpenError{OpenError::Kind::failed, head_file.error()});

  const RocksSetup setup{.env = &env, .cache = parts->cache, .fail_stop = &parts->fail_stop};
  parts->index = open_index(setup, internals, options);

  auto floors = options.floors;
  floors.push_back({"the ledger's head file", *head_file});
  floors.push_back({"the stream index", parts->index->coverage()});
  parts->log = open_log(setup, internals, options, floors);
  const auto head = parts->log->last();
  check_and_index_tail(*parts->log, *parts->index, head, internals, options);
  parts->tree = open_tree(*parts->log, head, options);

  // The entries of what was just made, or a power failure could take acknowledged records away with their
  // directory.
  require(sync_directory(env, directory), "syncing the ledger's directory");
  require(sync_directory(env, directory.parent_path()), "syncing the directory above the ledger's");
  if (parts->fail_stop.tripped())
    return std::unexpected(OpenError{OpenError::Kind::failed, parts->fail_stop.reason()});

  const auto up_to = [&](Position position) {
    return std::make_unique<RecordsUpTo>(*parts->log, *parts->index, options.subject_of, position);
  };
  parts->synced = up_to(head);
  parts->visible = up_to(options.visibility == Visibility::when_synced ? head : before_first);
  parts->head_file = std::make_unique<HeadFile>(env, directory / "head", internals.head_file_interval,
                                                *parts->synced, parts->fail_stop);
  return std::unique_ptr<RocksLedger>(new RocksLedger(std::move(parts)));
} catch (const OpenError& error) {
  return std::unexpected(error);
} catch (const LedgerFault& fault) {
  return std::unexpected(OpenError{OpenError::Kind::damaged, fault.what()});
}

std::expected<void, std::string> cut_records_behind(const OpenOptions& given, Position last) try {
  const RocksLedger::Internals internals;
  RocksLedger::Parts parts(given, internals);
  const auto& directory = parts.options.directory;
  rocksdb::FileLock* lock = nullptr;
  require(parts.env.LockFile(directory / "lock", &lock), directory.string() + " is in use");
  parts.lock = std::make_unique<DirectoryLock>(parts.env, lock);

  // What has seen the records goes first, or the next opening would miss them.
  const RocksSetup setup{.env = &parts.env, .cache = parts.cache, .fail_stop = &parts.fail_stop};
  if (parts.env.FileExists(directory / "head").ok())
    require(parts.env.DeleteFile(directory / "head"), "removing the head file");
  require(rocksdb::DestroyDB(directory / "index", stream_index_options(setup)), "removing the stream index");
  require(sync_directory(parts.env, directory), "syncing the ledger's directory");

  auto log = RecordLog::open(directory / "log", record_log_options(setup, internals.write_buffer_bytes),
                             RecordLog::Recovery::strict);
  if (!log) require(log.error(), "opening the log");
  const auto end = (*log)->last();
  rocksdb::WriteBatch batch;
  for (auto position = last + 1; position <= end; position = position + 1)
    RecordLog::stage_removal(batch, position);
  if (last < end) TreeStore(**log).stage_cut(batch, number(last));
  if (batch.Count() > 0) require((*log)->commit(batch), "cutting the log");
  return {};
} catch (const OpenError& error) {
  return std::unexpected(error.detail);
} catch (const LedgerFault& fault) {
  return std::unexpected(std::string(fault.what()));
}

}  // namespace stimmbuch::eventstore
