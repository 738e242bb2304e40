#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <rocksdb/db.h>

#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"

namespace stimmbuch::projections {

// The store failed; what was read before is right. The process should end.
class ViewFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One build of a projection. Its rows lie behind one prefix of keys.
struct Generation {
  std::string projection;
  std::uint32_t number = 0;  // from 1

  std::string rows_prefix() const;
  friend auto operator<=>(const Generation&, const Generation&) = default;
};

// What the store knows of a generation; written in one batch with its rows.
struct GenerationRow {
  std::uint32_t version = 0;
  Position position{};
  std::uint64_t parked_streams = 0;
  std::uint64_t parked_records = 0;
  bool trial = false;  // built only to be compared
};

// The RocksDB of the views:
//   .ledger                             the id of the ledger that they are views of
//   .live/<projection>                  the number of the generation that readers see
//   .generation/<projection>/<number>   GenerationRow
//   <projection>/<number>/<key>         rows
class ViewDatabase {
 public:
  using Snapshot = std::shared_ptr<const rocksdb::Snapshot>;

  static std::expected<std::unique_ptr<ViewDatabase>, std::string> open(
      const std::filesystem::path& directory, std::size_t block_cache_bytes);

  // All but `open` throw ViewFault.
  std::optional<std::string> get(std::string_view key, const Snapshot& snapshot = {}) const;
  void commit(rocksdb::WriteBatch& batch);
  Snapshot snapshot() const;

  std::vector<std::pair<Generation, GenerationRow>> generations() const;
  std::optional<std::uint32_t> live_number(std::string_view projection) const;

  // Whether these are the views of a ledger; those of none yet become its.
  bool belongs_to(std::string_view ledger);

  static void stage_live(rocksdb::WriteBatch& batch, const Generation& generation);
  static void stage(rocksdb::WriteBatch& batch, const Generation& generation, const GenerationRow& row);
  static void stage_removal(rocksdb::WriteBatch& batch, const Generation& generation);

 private:
  explicit ViewDatabase(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

  friend class RowCursor;
  std::unique_ptr<rocksdb::DB> db_;
};

// The rows whose keys begin with a prefix, in order, as they are at one moment: the snapshot's if one is
// given. Throws ViewFault.
class RowCursor {
 public:
  // Stands on the first such row behind the key `after`, which begins with the prefix, too, or is empty.
  RowCursor(const ViewDatabase& database, std::string prefix, std::string_view after = {},
            ViewDatabase::Snapshot snapshot = {});

  bool valid() const { return iterator_->Valid(); }
  void next();
  // Without the prefix; both live until `next`.
  std::string_view key() const;
  std::string_view value() const;

 private:
  void require_ok() const;

  std::string prefix_;
  std::string end_;
  rocksdb::Slice end_slice_;
  ViewDatabase::Snapshot snapshot_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::GenerationRow> =
    std::tuple{required("version", &projections::GenerationRow::version),
               required("position", &projections::GenerationRow::position),
               unless("parked_streams", &projections::GenerationRow::parked_streams, 0),
               unless("parked_records", &projections::GenerationRow::parked_records, 0),
               unless("trial", &projections::GenerationRow::trial, false)};

}  // namespace stimmbuch::codec
