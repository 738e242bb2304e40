#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/projections/folds/fold.hpp"

namespace stimmbuch::projections {

// A document as it is sent.
struct Document {
  std::string bytes;
  std::string etag;  // of a strong validator, without the quotation marks: 32 hexadecimal digits
};

// The projection is being built and has nothing to show yet: answer 503 and ask to come again.
struct Rebuilding {
  friend bool operator==(const Rebuilding&, const Rebuilding&) = default;
};

struct DocumentRead {
  std::shared_ptr<const Document> document;  // null: there is no such document
  Position position;                         // it reflects the log at least up to here
};

struct RowsRead {
  std::vector<std::pair<std::string, std::string>> rows;  // key without the prefix, and value
  std::optional<std::string> next;                        // `after` of the next page, if there is one
  Position position;
};

struct ViewStoreOptions {
  // Made when absent. It holds derived data only: it may be deleted whenever no process has it open, and is
  // then built again from the log.
  std::filesystem::path directory;
  std::size_t block_cache_bytes = std::size_t{64} << 20;
  std::size_t document_cache_bytes = std::size_t{32} << 20;
};

// The views on disk, one RocksDB, and the documents in memory that are read most. Written by one Worker; read
// by any thread at any time. Nothing is synced: what a crash of the machine takes, the worker folds again.
class ViewStore {
 public:
  // An error is one or two sentences for the operator.
  static std::expected<std::unique_ptr<ViewStore>, std::string> open(
      const ViewStoreOptions& options, std::span<const Projection> projections = all_projections());
  ~ViewStore();

  // The furthest position that a view has seen: a ledger that ends before it has lost records.
  Position floor() const;

  // The document of a thing in a projection; `projection` is the name of one of the projections given to
  // `open`.
  std::expected<DocumentRead, Rebuilding> document(std::string_view projection, std::string_view id) const;

  // At most `limit` rows whose keys begin with the prefix, behind the row `after` (a key without the prefix;
  // empty: from the first), in order of their keys, as they are at one moment; what stands for another row is
  // replaced by it.
  std::expected<RowsRead, Rebuilding> rows(std::string_view projection, std::string_view prefix,
                                           std::string_view after, std::size_t limit) const;

  // Up to where a projection's views reflect the log; nothing while it is being built.
  std::optional<Position> position(std::string_view projection) const;

  // For the worker (src/view_store_parts.hpp).
  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  explicit ViewStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace stimmbuch::projections
