#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "rocks_setup.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::eventstore {

// The database with the records, keyed by position, and beside them the tree over them (TreeStore). It knows
// what is stored, not what may be seen.
class RecordLog {
 public:
  enum class Recovery {
    strict,         // a cut-off last write is dropped, other damage refused with Status::Corruption
    point_in_time,  // everything behind the first damage is dropped; its files are replaced by sound ones
  };

  static std::expected<std::unique_ptr<RecordLog>, rocksdb::Status> open(
      const std::filesystem::path& directory, rocksdb::Options options, Recovery recovery);

  // Where point-in-time recovery would end. Changes nothing in the directory. Throws LedgerFault.
  static Position end_of_point_in_time(const std::filesystem::path& directory, rocksdb::Options options);

  // Adds a record to a batch.
  static void stage(rocksdb::WriteBatch& batch, Position position, std::string_view record);

  // Takes a record out with a batch.
  static void stage_removal(rocksdb::WriteBatch& batch, Position position);

  // Writes the batch whole and syncs it.
  rocksdb::Status commit(rocksdb::WriteBatch& batch) { return db_->Write(synced_, &batch); }

  // The ends of what is stored; before_first when nothing is. Throw LedgerFault.
  Position first() const;
  Position last() const;

  // The last position that lies in a file; those behind it came from the write-ahead log.
  Position last_in_files() const;

  // Shows the records behind `after` up to `up_to`, all of which must exist: a gap throws LedgerFault, as do
  // errors. Returns the last position shown, or `after`.
  Position read(Position after, Position up_to, const RecordVisitor& visitor) const;

  // The record at a position, which must exist: absence throws LedgerFault, as do errors.
  void at(Position position, rocksdb::PinnableSlice& record) const;

  rocksdb::DB& database() const { return *db_; }
  // Of the tree.
  rocksdb::ColumnFamilyHandle* leaves() const { return families_[1].get(); }
  rocksdb::ColumnFamilyHandle* nodes() const { return families_[2].get(); }

 private:
  using Family = std::unique_ptr<rocksdb::ColumnFamilyHandle>;
  RecordLog(std::unique_ptr<rocksdb::DB> db, std::vector<Family> families);

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<Family> families_;  // released before the database
  rocksdb::WriteOptions synced_;
};

}  // namespace stimmbuch::eventstore
