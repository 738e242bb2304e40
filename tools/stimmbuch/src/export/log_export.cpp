#include "export/log_export.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "export/log_directory.hpp"
#include "export/poll_bundle.hpp"
#include "export/signed_log.hpp"
#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

namespace stimmbuch::program {

namespace {

constexpr auto key_name = "log.vkey";
constexpr auto keys_name = "log.keys";
constexpr auto checkpoint_name = "checkpoint";
constexpr auto entries_prefix = "tile/entries/";

// The checkpoint that a directory has already; nothing in a new one. It must be one of this log, whichever of
// its keys was the newest then.
std::expected<std::optional<tlog::Checkpoint>, Failure> known_checkpoint(const LogDirectory& directory,
                                                                         const SignedLog& log) {
  const auto is_line = [&](const tlog::VerifierKey& key) {
    return key.text() + "\n" == directory.file(key_name);
  };
  if (directory.has(key_name) && std::ranges::none_of(log.keys.all(), is_line)) {
    return failed(ExitCode::usage, fmt::format("{} has another log: its key is not that of {}",
                                               directory.path().string(), log.checkpoint.origin));
  }
  if (!directory.has(checkpoint_name)) return std::nullopt;
  const auto known = tlog::open_checkpoint_of_any(directory.file(checkpoint_name), log.keys);
  if (!known)
    return failed(ExitCode::failed,
                  fmt::format("{}/{}: {}", directory.path().string(), checkpoint_name, known.error()));
  const auto size = known->checkpoint.size;
  if (size > log.checkpoint.size) {
    return failed(
        ExitCode::differences,
        fmt::format("the log has {} records now, and had signed {} when this directory was last written: "
                    "keep the directory, it is evidence",
                    log.checkpoint.size, size));
  }
  return known->checkpoint;
}

// Entries must not get into a directory for everybody, and such a one is no material for auditors.
std::expected<void, Failure> require_same_kind(const LogDirectory& directory, ExportKind kind) {
  if (kind == ExportKind::for_everybody && std::filesystem::exists(directory.path() / entries_prefix)) {
    return failed(ExitCode::usage, fmt::format("{} holds all records of the log: name another directory for "
                                               "what everybody may read",
                                               directory.path().string()));
  }
  if (kind == ExportKind::all_records && directory.has(bundle_list_name)) {
    return failed(
        ExitCode::usage,
        fmt::format("{} is a public export: name another directory for all records, or add --public",
                    directory.path().string()));
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

std::expected<void, Failure> require_roots(const LogDirectory& directory,
                                           const std::optional<tlog::Checkpoint>& known,
                                           const tlog::Checkpoint& newest) {
  const TilesOfLarger tiles(directory, newest.size);
  const auto agrees = [&](const tlog::Checkpoint& checkpoint) {
    return tlog::Tree(tiles, checkpoint.size).root() == checkpoint.root;
  };
  if (!agrees(newest))
    return failed(ExitCode::differences, "the tiles of the log do not lead to the root that it signed");
  if (!known || agrees(*known)) return {};
  return failed(
      ExitCode::differences,
      fmt::format("the log has other records among its first {} than when this directory was last written: "
                  "keep {}, it is evidence",
                  known->size, directory.path().string()));
}

}  // namespace

FetchLogFile fetch_from(ApiClient& client, std::string prefix) {
  return [&client, prefix = std::move(prefix)](const std::string& name) {
    return client.get_bytes(prefix + name);
  };
}

FetchLogFile fetch_from(const LogDirectory& directory) {
  return [&directory](const std::string& name) -> std::expected<std::string, Failure> {
    try {
      return directory.file(name);
    } catch (const std::runtime_error& error) {
      return failed(ExitCode::not_found, fmt::format("{}: {}", directory.path().string(), error.what()));
    }
  };
}

std::expected<ExportedLog, Failure> export_log(const FetchLogFile& fetch, const std::filesystem::path& path,
                                               ExportKind kind, Console& console) try {
  const auto log = open_signed_log(fetch);
  if (!log) return std::unexpected(log.error());
  const LogDirectory directory(path);
  const auto known = known_checkpoint(directory, *log);
  if (!known) return std::unexpected(known.error());
  if (auto same = require_same_kind(directory, kind); !same) return std::unexpected(same.error());
  std::vector<std::string> names;
  checkpoints::for_each_path(log->checkpoint.size, [&](const std::string& name) {
    if (kind == ExportKind::all_records || !name.starts_with(entries_prefix)) names.push_back(name);
  });
  ExportedLog exported{.origin = log->checkpoint.origin,
                       .records = log->checkpoint.size,
                       .files = names.size(),
                       .fetched = 0,
                       .bundles = 0};
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
  if (auto roots = require_roots(directory, *known, log->checkpoint); !roots)
    return std::unexpected(roots.error());
  if (kind == ExportKind::for_everybody) {
    const auto bundles = bring_bundles_up_to(*log, fetch, directory);
    if (!bundles) return std::unexpected(bundles.error());
    exported.bundles = *bundles;
  }
  directory.put(key_name, log->key_line);
  if (!log->keys_text.empty()) directory.put(keys_name, log->keys_text);
  files::sync_file_system(path);
  files::replace_durably(path / checkpoint_name, log->note);
  return exported;
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
