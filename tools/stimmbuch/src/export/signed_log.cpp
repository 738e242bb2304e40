#include "export/signed_log.hpp"

#include <fmt/format.h>

#include "export/log_directory.hpp"

namespace stimmbuch::program {

std::expected<LogKeyFiles, Failure> read_log_keys(const FetchLogFile& fetch) {
  auto key_line = fetch("log.vkey");
  if (!key_line) return std::unexpected(std::move(key_line.error()));
  const auto key = tlog::VerifierKey::parse(*key_line);
  if (!key) return failed(ExitCode::differences, "log.vkey is no verifier key of Ed25519");
  auto text = fetch("log.keys");
  if (!text) {
    if (text.error().code != ExitCode::not_found) return std::unexpected(std::move(text.error()));
    return LogKeyFiles{std::move(*key_line), {}, tlog::KeyChain(*key)};
  }
  auto keys = tlog::parse_key_chain(*text);
  if (!keys) return failed(ExitCode::differences, "log.keys: " + keys.error());
  if (keys->newest().text() != key->text())
    return failed(ExitCode::differences, "log.keys does not lead to the key in log.vkey");
  return LogKeyFiles{std::move(*key_line), std::move(*text), std::move(*keys)};
}

std::expected<SignedLog, Failure> open_signed_log(const FetchLogFile& fetch) {
  auto keys = read_log_keys(fetch);
  if (!keys) return std::unexpected(std::move(keys.error()));
  auto note = fetch("checkpoint");
  if (!note) {
    if (note.error().code != ExitCode::not_found) return std::unexpected(std::move(note.error()));
    return failed(ExitCode::not_found,
                  "the log has signed nothing yet: while it is served it does so every few seconds");
  }
  auto opened = tlog::open_checkpoint(*note, keys->keys.newest());
  if (!opened) return failed(ExitCode::failed, std::move(opened.error()));
  return SignedLog{std::move(keys->key_line), std::move(keys->keys_text), std::move(keys->keys),
                   std::move(*note), std::move(opened->checkpoint)};
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
