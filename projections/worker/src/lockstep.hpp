#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generation_views.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/projections/folds/fold.hpp"
#include "stimmbuch/projections/folds/rows.hpp"
#include "view_database.hpp"

namespace stimmbuch::projections {

// A stream of which a projection could not fold a record: that one and all later ones wait.
struct ParkedStream {
  Position first{};
  Position last{};
  std::uint64_t records = 0;
  std::string reason;  // why the first one could not be folded
};

inline constexpr std::string_view parked_prefix = "parked/";

}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::ParkedStream> = std::tuple{
    required("first", &projections::ParkedStream::first), required("last", &projections::ParkedStream::last),
    required("records", &projections::ParkedStream::records),
    required("reason", &projections::ParkedStream::reason)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {

// One generation at work.
class RunningFold {
 public:
  RunningFold(const ViewDatabase& database, const Projection& projection, Generation generation,
              GenerationRow row);

  const Projection& projection() const { return *projection_; }
  const Generation& generation() const { return generation_; }
  const GenerationRow& row() const { return row_; }

  // Folds a record, or counts it where its stream is parked. Throws what the fold throws.
  void apply(const FoldInput& input);

  // Parks a stream with a record, or counts it where its stream is parked.
  void park(std::string_view subject, Position position, std::string_view reason);

  // Adds all changes and the position to the batch, and the ids of changed documents to `documents`.
  void stage(rocksdb::WriteBatch& batch, Position position, std::vector<std::string>& documents);
  void committed() { views_.clear(); }

  // Back to the last commit.
  void forget();

 private:
  // Whether the record's stream is parked; counts it then.
  bool waits(std::string_view subject, Position position);

  const Projection* projection_;
  Generation generation_;
  GenerationRow row_;
  GenerationRow committed_row_;
  GenerationViews views_;
  std::unique_ptr<Fold> fold_;
  Rows<ParkedStream> parked_;
};

// Generations that are folded together, each record read once, and committed together; all stand at one
// position, which is the end of a command. One thread at a time.
class Lockstep {
 public:
  struct Limits {
    std::size_t records;
    std::size_t bytes;
  };
  struct Changed {
    std::size_t fold;                    // its index in folds()
    std::vector<std::string> documents;  // ids
  };

  Lockstep(const eventstore::Ledger& ledger, ViewDatabase& database)
      : ledger_(&ledger), database_(&database) {}

  // A generation that stands where the others stand.
  void add(RunningFold fold);

  bool empty() const { return folds_.empty(); }
  Position position() const { return position_; }
  const std::vector<RunningFold>& folds() const { return folds_; }

  // Folds what lies behind the position, up to `up_to` (the end of a command) and within the limits, to which
  // the rest of a command is added; commits it. Returns what changed. Throws ViewFault and LedgerFault.
  std::vector<Changed> advance(Position up_to, Limits limits);

  // Takes a generation out, with what it has committed.
  RunningFold take(std::size_t fold);

 private:
  // A record that a fold failed on. Thrown, because its other effects have to be undone.
  struct Poison {
    std::size_t fold;
    Position position;
    std::string reason;
  };

  Position fold_up_to(Position up_to, Limits limits, const std::vector<Poison>& poisons);
  // Whether the record's command goes on behind it. Throws Poison.
  bool fold_one(Position position, std::string_view record, const std::vector<Poison>& poisons);
  void park_unreadable(Position position, std::string_view record, std::string_view reason);
  void forget();
  std::vector<Changed> commit(Position position);

  const eventstore::Ledger* ledger_;
  ViewDatabase* database_;
  std::vector<RunningFold> folds_;
  Position position_{};
  FoldInput input_;
};

}  // namespace stimmbuch::projections
