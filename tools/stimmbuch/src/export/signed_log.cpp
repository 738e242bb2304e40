#include "export/signed_log.hpp"

#include <fmt/format.h>

#include "export/log_directory.hpp"

namespace stimmbuch::program {

std::expected<SignedLog, Failure> open_signed_log(const FetchLogFile& fetch) {
  auto key_line = fetch("log.vkey");
  if (!key_line) return std::unexpected(std::move(key_line.error()));
  const auto key = tlog::VerifierKey::parse(*key_line);
  if (!key) return failed(ExitCode::failed, "the log's key is not written as a verifier key");
  auto note = fetch("checkpoint");
  if (!note) {
    if (note.error().code != ExitCode::not_found) return std::unexpected(std::move(note.error()));
    return failed(ExitCode::not_found,
                  "the log has signed nothing yet: while it is served it does so every few seconds");
  }
  auto opened = tlog::open_checkpoint(*note, *key);
  if (!opened) return failed(ExitCode::failed, std::move(opened.error()));
  return SignedLog{std::move(*key_line), *key, std::move(*note), std::move(opened->checkpoint)};
}

std::expected<void, Failure> for_each_record(const FetchLogFile& fetch, const tlog::Checkpoint& checkpoint,
                                             Position after, const UseRecord& use) {
  for (auto index = number(after) / tlog::tile_width; index * tlog::tile_width < checkpoint.size; ++index) {
    const auto width = tlog::tile_at(checkpoint.size, 0, index).width;
    const auto name = path_of(tlog::Bundle{index, width});
    const auto bytes = fetch(name);
    if (!bytes) return std::unexpected(bytes.error());
    const auto records = tlog::entries_of(*bytes);
    if (!records || records->size() != width)
      return failed(ExitCode::differences, fmt::format("{} has not {} records", name, width));
    for (std::size_t i = 0; i < records->size(); ++i) {
      const Position position{index * tlog::tile_width + i + 1};
      if (position > after && !use(position, (*records)[i])) return {};
    }
  }
  return {};
}

std::vector<tlog::Hash> FetchedTiles::read(const tlog::Tile& tile) const {
  const auto name = path_of(tile);
  const auto bytes = fetch_(name);
  if (!bytes) throw LogFileFault(bytes.error().text);
  auto hashes = tlog::hashes_of(*bytes, tile.width);
  if (!hashes) throw LogFileFault(fmt::format("{} has not {} hashes", name, tile.width));
  return std::move(*hashes);
}

}  // namespace stimmbuch::program
