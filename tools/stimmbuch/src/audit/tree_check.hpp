#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/checks.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/edge.hpp"
#include "stimmbuch/eventstore/tlog/tile.hpp"

namespace stimmbuch::program {

// Rebuilds a log's tree from its records, and holds every tile, the root, and an earlier checkpoint against
// it. Memory: a tile for each level.
class TreeCheck {
 public:
  // The bytes of a file of the log; nothing if it is not there.
  using Fetch = std::function<std::optional<std::string>(const std::string& name)>;

  TreeCheck(tlog::Checkpoint checkpoint, std::optional<tlog::Checkpoint> earlier, Fetch fetch,
            CheckList& checks);

  // That the log had this root when it had as many records; before any is added. `where` names who says so.
  void expect(const tlog::Checkpoint& then, std::string where);

  // The records from the first on, as many as the checkpoint says, or their hashes where they are not there.
  void add(std::string_view record) { add(tlog::leaf_hash(record)); }
  void add(const tlog::Hash& leaf);
  // Behind the last one.
  void finish();

  std::uint64_t records() const { return edge_.size(); }
  // The hash of the last one.
  const tlog::Hash& last_leaf() const { return last_leaf_; }

 private:
  // Holds the newest hashes of a level against their tile.
  void check_tile(unsigned level);

  const tlog::Checkpoint checkpoint_;
  const std::optional<tlog::Checkpoint> earlier_;
  const Fetch fetch_;
  CheckList& checks_;
  struct Expected {
    tlog::Hash root;
    std::string where;
  };
  std::multimap<std::uint64_t, Expected> expected_;  // by number of records
  tlog::Edge edge_;
  tlog::Hash last_leaf_{};
  struct Level {
    std::uint64_t index = 0;  // of the tile
    std::vector<tlog::Hash> hashes;
  };
  std::vector<Level> levels_;  // tiles that are not complete yet
};

}  // namespace stimmbuch::program
