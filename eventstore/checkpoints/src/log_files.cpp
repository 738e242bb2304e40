#include "stimmbuch/eventstore/checkpoints/log_files.hpp"

#include "stimmbuch/eventstore/tlog/tile.hpp"

namespace stimmbuch::checkpoints {

using eventstore::Position;

std::optional<LogFile> LogFiles::read(std::string_view path) const {
  const auto latest = checkpoints_.latest();
  if (path == "log.vkey") {
    const auto key = latest ? latest->key : checkpoints_.keys().newest();
    return LogFile{.bytes = key.text() + "\n", .never_changes = false};
  }
  if (!latest) return std::nullopt;
  if (path == "log.keys") {
    const auto keys = checkpoints_.keys().up_to(latest->checkpoint.size);
    if (!keys.has_changed()) return std::nullopt;
    return LogFile{.bytes = to_text(keys), .never_changes = false};
  }
  if (path == "checkpoint") return LogFile{.bytes = latest->note, .never_changes = false};
  const auto name = tlog::parse_path(path);
  if (!name) return std::nullopt;
  const auto size = latest->checkpoint.size;
  if (const auto* const tile = std::get_if<tlog::Tile>(&*name)) {
    if (!tlog::has_tile(size, *tile)) return std::nullopt;
    return LogFile{.bytes = tlog::bytes_of(ledger_.tiles().read(*tile)), .never_changes = true};
  }
  const auto& bundle = std::get<tlog::Bundle>(*name);
  if (!tlog::has_tile(size, {.level = 0, .index = bundle.index, .width = bundle.width})) return std::nullopt;
  return LogFile{.bytes = bundle_of(bundle), .never_changes = true};
}

tlog::Hash LogFiles::leaf_of(Position position) const {
  const auto index = number(position) - 1;
  const auto last = static_cast<unsigned>(index % tlog::tile_width);
  return ledger_.tiles().read({.level = 0, .index = index / tlog::tile_width, .width = last + 1}).back();
}

std::optional<tlog::ProofFile> LogFiles::proof_of(Position position) const {
  const auto latest = checkpoints_.latest();
  if (!latest || latest->checkpoint.size < number(position)) return std::nullopt;
  const auto index = number(position) - 1;
  return tlog::ProofFile{
      .extra = std::string(crypto::text_of(leaf_of(position))),
      .index = index,
      .hashes = tlog::Tree(ledger_.tiles(), latest->checkpoint.size).inclusion_proof(index),
      .checkpoint = latest->note};
}

std::string LogFiles::bundle_of(const tlog::Bundle& bundle) const {
  const Position before{bundle.index * tlog::tile_width};
  std::string bytes;
  const auto last = ledger_.read(before, before + bundle.width, [&](Position, std::string_view record) {
    tlog::append_entry(bytes, record);
    return true;
  });
  if (last != before + bundle.width) throw eventstore::LedgerFault("the log ends before what was signed");
  return bytes;
}

void for_each_path(std::uint64_t size, const std::function<void(const std::string& path)>& use) {
  const auto tiles_at = [&](unsigned level) {
    return (tlog::hashes_at(level, size) + tlog::tile_width - 1) / tlog::tile_width;
  };
  for (std::uint64_t index = 0; index < tiles_at(0); ++index)
    use(path_of(tlog::Bundle{index, tlog::tile_at(size, 0, index).width}));
  for (unsigned level = 0; tlog::hashes_at(level, size) > 0; ++level)
    for (std::uint64_t index = 0; index < tiles_at(level); ++index)
      use(path_of(tlog::tile_at(size, level, index)));
}

}  // namespace stimmbuch::checkpoints
