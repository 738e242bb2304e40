#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/write_batch.h>

#include "record_log.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::eventstore {

// The tree over the records, kept beside them in the same database and written by the same batches: leaf n is
// the record at position n + 1. It keeps what is in tiles, and no more of it than once:
//
//   leaves  the number of leaves up to here, 8 bytes big-endian -> the hashes of the last of them, at most a
//           tile's, as many as were written together
//   nodes   the level of the tile, a byte, and the hash's index in it, 8 bytes big-endian -> the hash
//
// The leaves are not computed from the records when they are asked for, so that a record that was altered
// afterwards is found at its position. stage() belongs to the writer thread, read() to any.
class TreeStore final : public tlog::Tiles {
 public:
  // The log must outlive it. Throws LedgerFault.
  explicit TreeStore(RecordLog& log);

  // How many leaves there are, with those that are staged.
  std::uint64_t size() const { return edge_.size(); }

  // Adds the leaves of the next records to a batch.
  template <typename NewRecords>
  void stage(rocksdb::WriteBatch& batch, const NewRecords& records) {
    for (const auto& record : records) stage_leaf(batch, record.bytes);
    stage_run(batch);
  }

  // Adds to a batch what leaves the first leaves alone. The store is then to be made anew.
  void stage_cut(rocksdb::WriteBatch& batch, std::uint64_t size) const;

  // Throws LedgerFault.
  std::vector<tlog::Hash> read(const tlog::Tile& tile) const override;

 private:
  void stage_leaf(rocksdb::WriteBatch& batch, std::string_view record);
  void stage_run(rocksdb::WriteBatch& batch);
  std::vector<tlog::Hash> read_leaves(std::uint64_t first, unsigned count) const;

  RecordLog& log_;
  tlog::Edge edge_;
  std::string run_;  // hashes of leaves that are staged next
};

}  // namespace stimmbuch::eventstore
