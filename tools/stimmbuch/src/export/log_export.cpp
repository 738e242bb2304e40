#include "export/log_export.hpp"

#include <fmt/format.h>

#include "export/log_directory.hpp"
#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

namespace stimmbuch::program {

namespace {

constexpr auto key_name = "log.vkey";
constexpr auto checkpoint_name = "checkpoint";

// What a directory has already must be a beginning of what comes.
std::expected<void, Failure> require_same_log(const LogDirectory& directory, const std::string& key_line,
                                              const tlog::VerifierKey& key, const tlog::Checkpoint& newest) {
  if (directory.has(key_name) && directory.file(key_name) != key_line) {
    return failed(ExitCode::usage, fmt::format("{} has another log: its key is not that of {}",
                                               directory.path().string(), newest.origin));
  }
  if (!directory.has(checkpoint_name)) return {};
  const auto known = tlog::open_checkpoint(directory.file(checkpoint_name), key);
  if (!known)
    return failed(ExitCode::failed,
                  fmt::format("{}/{}: {}", directory.path().string(), checkpoint_name, known.error()));
  const auto& [origin, size, root] = known->checkpoint;
  if (size > newest.size) {
    return failed(
        ExitCode::differences,
        fmt::format("the log has {} records now, and had signed {} when this directory was last written: "
                    "keep the directory, it is evidence",
                    newest.size, size));
  }
  return {};
}

// The tiles of a larger tree, for questions about a smaller one. The directory may have partial tiles of its
// own for that, from another log.
class TilesOfLarger final : public tlog::Tiles {
 public:
  TilesOfLarger(const tlog::Tiles& tiles, std::uint64_t size) : tiles_(tiles), size_(size) {}

  std::vector<tlog::Hash> read(const tlog::Tile& tile) const override {
    auto hashes = tiles_.read(tlog::tile_at(size_, tile.level, tile.index));
    hashes.resize(tile.width);
    return hashes;
  }

 private:
  const tlog::Tiles& tiles_;
  const std::uint64_t size_;
};

std::expected<void, Failure> require_roots(const LogDirectory& directory, const tlog::VerifierKey& key,
                                           const tlog::Checkpoint& newest) {
  const TilesOfLarger tiles(directory, newest.size);
  const auto agrees = [&](const tlog::Checkpoint& checkpoint) {
    return tlog::Tree(tiles, checkpoint.size).root() == checkpoint.root;
  };
  if (!agrees(newest))
    return failed(ExitCode::differences, "the tiles of the log do not lead to the root that it signed");
  if (!directory.has(checkpoint_name)) return {};
  const auto known = tlog::open_checkpoint(directory.file(checkpoint_name), key);
  if (known && agrees(known->checkpoint)) return {};
  return failed(
      ExitCode::differences,
      fmt::format("the log has other records among its first {} than when this directory was last written: "
                  "keep {}, it is evidence",
                  known ? known->checkpoint.size : 0, directory.path().string()));
}

}  // namespace

FetchLogFile fetch_from(ApiClient& client, std::string prefix) {
  return [&client, prefix = std::move(prefix)](const std::string& name) {
    return client.get_bytes(prefix + name);
  };
}

std::expected<ExportedLog, Failure> export_log(const FetchLogFile& fetch, const std::filesystem::path& path,
                                               Console& console) try {
  const auto key_line = fetch(key_name);
  if (!key_line) return std::unexpected(key_line.error());
  const auto key = tlog::VerifierKey::parse(*key_line);
  if (!key) return failed(ExitCode::failed, "the log's key is not written as a verifier key");
  const auto note = fetch(checkpoint_name);
  if (!note) {
    if (note.error().code != ExitCode::not_found) return std::unexpected(note.error());
    return failed(ExitCode::not_found,
                  "the log has signed nothing yet: while it is served it does so every few seconds");
  }
  const auto newest = tlog::open_checkpoint(*note, *key);
  if (!newest) return failed(ExitCode::failed, newest.error());

  const LogDirectory directory(path);
  if (auto same = require_same_log(directory, *key_line, *key, newest->checkpoint); !same)
    return std::unexpected(same.error());
  std::vector<std::string> names;
  checkpoints::for_each_path(newest->checkpoint.size,
                             [&](const std::string& name) { names.push_back(name); });
  ExportedLog exported{.origin = newest->checkpoint.origin,
                       .records = newest->checkpoint.size,
                       .files = names.size(),
                       .fetched = 0};
  auto meter = console.meter("files of the log", names.size());
  std::uint64_t done = 0;
  for (const auto& name : names) {
    if (!directory.has(name)) {
      const auto bytes = fetch(name);
      if (!bytes) return std::unexpected(bytes.error());
      directory.put(name, *bytes);
      ++exported.fetched;
    }
    meter.update(++done);
  }
  meter.finish(done);
  if (auto roots = require_roots(directory, *key, newest->checkpoint); !roots)
    return std::unexpected(roots.error());
  directory.put(key_name, *key_line);
  files::sync_file_system(path);
  files::replace_durably(path / checkpoint_name, *note);
  return exported;
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
