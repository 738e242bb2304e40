#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"

#include <algorithm>
#include <mutex>

#include "new_record.hpp"

namespace stimmbuch::eventstore {

std::expected<Position, AppendError> MemoryLedger::append(std::span<const NewRecord> records) {
  require_appendable(records);
  Position last = synced_.head();
  {
    const std::lock_guard lock(kept_.mutex);
    for (const auto& record : records) {
      last = last + 1;
      kept_.records.emplace_back(record.bytes);
      kept_.streams.try_emplace(std::string(record.subject)).first->second.push_back(last);
    }
  }
  synced_.raise(last);
  if (visibility_ == Visibility::when_synced) visible_.raise(last);
  return last;
}

void MemoryLedger::show(Position up_to) {
  require_shown_by_hand(visibility_);
  if (up_to > visible_.head()) visible_.raise(up_to);
}

void MemoryLedger::close() {
  synced_.close();
  visible_.close();
}

Position MemoryLedger::UpTo::read(Position after, Position up_to, const RecordVisitor& visitor) const {
  up_to = std::min(up_to, head());
  while (after < up_to) {
    const std::string* record = nullptr;
    {
      const std::shared_lock lock(kept_.mutex);
      record = &kept_.records[number(after)];
    }
    after = after + 1;
    if (!visitor(after, *record)) break;
  }
  return after;
}

std::vector<tlog::Hash> MemoryLedger::ComputedTiles::read(const tlog::Tile& tile) const {
  const std::shared_lock lock(kept_.mutex);
  const auto leaves = std::uint64_t{1} << (tile.level * tlog::tile_height);
  std::vector<tlog::Hash> hashes;
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    const auto first = (tile.index * tlog::tile_width + i) * leaves;
    tlog::Edge below;
    for (auto leaf = first; leaf < first + leaves; ++leaf)
      below.append(tlog::leaf_hash(kept_.records.at(leaf)), [](auto...) {});
    hashes.push_back(below.root());
  }
  return hashes;
}

std::optional<std::string> MemoryLedger::UpTo::at(Position position) const {
  if (position == before_first || position > head()) return std::nullopt;
  const std::shared_lock lock(kept_.mutex);
  return kept_.records[number(position) - 1];
}

void MemoryLedger::UpTo::read_stream(std::string_view subject, const RecordVisitor& visitor) const {
  const auto up_to = head();
  std::vector<Position> positions;
  {
    const std::shared_lock lock(kept_.mutex);
    if (const auto stream = kept_.streams.find(subject); stream != kept_.streams.end())
      positions = stream->second;
  }
  for (const auto position : positions)
    if (position > up_to || !visitor(position, *at(position))) return;
}

}  // namespace stimmbuch::eventstore
