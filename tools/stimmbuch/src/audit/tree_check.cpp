#include "audit/tree_check.hpp"

#include <fmt/format.h>

namespace stimmbuch::program {

TreeCheck::TreeCheck(tlog::Checkpoint checkpoint, std::optional<tlog::Checkpoint> earlier, Fetch fetch,
                     CheckList& checks)
    : checkpoint_(std::move(checkpoint)),
      earlier_(std::move(earlier)),
      fetch_(std::move(fetch)),
      checks_(checks) {}

void TreeCheck::expect(const tlog::Checkpoint& then, std::string where) {
  expected_.emplace(then.size, Expected{then.root, std::move(where)});
}

void TreeCheck::add(const tlog::Hash& leaf) {
  edge_.append(leaf, [&](unsigned level, std::uint64_t, const tlog::Hash& hash) {
    if (level % tlog::tile_height != 0) return;
    const auto tile_level = level / tlog::tile_height;
    if (levels_.size() <= tile_level) levels_.resize(tile_level + 1);
    auto& hashes = levels_[tile_level].hashes;
    hashes.push_back(hash);
    if (hashes.size() == tlog::tile_width) check_tile(tile_level);
  });
  last_leaf_ = leaf;
  checks_.examine(CheckId::tree, 1);
  const auto [first, last] = expected_.equal_range(edge_.size());
  for (auto expected = first; expected != last; ++expected) {
    if (expected->second.root != edge_.root()) {
      checks_.find(CheckId::tree, expected->second.where,
                   fmt::format("the first {} records are not those that it was signed for", edge_.size()));
    }
  }
  if (earlier_ && earlier_->size == edge_.size() && earlier_->root != edge_.root()) {
    checks_.find(CheckId::earlier_checkpoint, fmt::format("position {}", earlier_->size),
                 fmt::format("the first {} records are not those of the earlier checkpoint", earlier_->size));
  }
}

void TreeCheck::finish() {
  // Where the records end early, the last tiles are others, and their being missing says nothing more.
  if (edge_.size() == checkpoint_.size) {
    for (unsigned level = 0; level < levels_.size(); ++level)
      if (!levels_[level].hashes.empty()) check_tile(level);
    if (edge_.root() != checkpoint_.root)
      checks_.find(CheckId::tree, "checkpoint", "the records do not lead to the root that was signed");
  }
  if (earlier_ && earlier_->size > checkpoint_.size) {
    checks_.find(CheckId::earlier_checkpoint, "checkpoint",
                 fmt::format("the log has {} records, and had {} at the earlier checkpoint", checkpoint_.size,
                             earlier_->size));
  }
}

void TreeCheck::check_tile(unsigned level) {
  auto& [index, hashes] = levels_[level];
  const auto width = static_cast<unsigned>(hashes.size());
  const auto name = path_of(tlog::Tile{level, index, width});
  const auto bytes = fetch_(name);
  const auto theirs = bytes ? tlog::hashes_of(*bytes, width) : std::nullopt;
  checks_.examine(CheckId::files_there, 1);
  if (!bytes) {
    checks_.find(CheckId::files_there, name, "the file is not there");
  } else if (!theirs) {
    checks_.find(CheckId::files_there, name,
                 fmt::format("the tile has {} bytes, not {}", bytes->size(), width * 32));
  } else {
    for (unsigned i = 0; i < width; ++i) {
      if ((*theirs)[i] == hashes[i]) continue;
      const auto number = index * tlog::tile_width + i;
      if (level == 0) {
        checks_.find(CheckId::tree, fmt::format("position {}", number + 1),
                     fmt::format("the record is not the one whose hash stands in {}", name));
      } else {
        checks_.find(CheckId::tree, name,
                     fmt::format("hash {} is not that of {}", i, path_of(tlog::Tile{level - 1, number})));
      }
    }
  }
  hashes.clear();
  ++index;
}

}  // namespace stimmbuch::program
