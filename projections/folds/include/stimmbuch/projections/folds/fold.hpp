#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/projections/folds/views.hpp"

// Folds turn the log into views. They are pure: no clock, no chance, no I/O but their own rows, so that
// folding the same records yields the same rows, byte for byte, however the records are cut into batches.
namespace stimmbuch::projections {

enum class Aggregate {
  ledger,
  citizen,
  project,
  poll,
  ballot,
  roll,
  opening,
  contribution,
  support,
  rating,
  report,
  survey,
  answers,
  document,
};

// The aggregates whose events a fold looks at. The others cost it nothing.
class Interest {
 public:
  constexpr Interest(std::initializer_list<Aggregate> aggregates) {
    for (const Aggregate aggregate : aggregates) in_[static_cast<std::size_t>(aggregate)] = true;
  }
  constexpr bool includes(Aggregate aggregate) const { return in_[static_cast<std::size_t>(aggregate)]; }

 private:
  std::array<bool, 14> in_{};
};

// A record that cannot be read: as an envelope, or as an event.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One record as folds see it. The event is decoded at first use and shared by all folds that look at it;
// nearly all records are ballots, and most folds ignore them.
class FoldInput {
 public:
  // Takes the next record, whose bytes must live while it is folded. Throws Unreadable unless it has the
  // envelope of a record at this position of an aggregate that is known.
  void read(Position position, std::string_view record);

  const codec::Envelope& envelope() const { return envelope_; }
  Position position() const { return envelope_.position; }
  Aggregate aggregate() const { return aggregate_; }
  // The id in the subject; for ballots, rolls and openings the poll's, for what participants of a phase think
  // the project's, for answers the survey's.
  std::string_view id() const { return id_; }

  // Both throw Unreadable.
  const Recorded& recorded() const;
  template <class AggregateEvent>
  const AggregateEvent& event() const {
    if constexpr (std::same_as<AggregateEvent, ballot::Event>) {
      return ballot_event();
    } else {
      return std::get<AggregateEvent>(other_event());
    }
  }

 private:
  const ballot::Event& ballot_event() const;
  const Event& other_event() const;

  codec::Envelope envelope_{};
  Aggregate aggregate_{};
  std::string_view id_;
  // Read at first use.
  mutable bool has_ballot_ = false;
  mutable ballot::Event ballot_;  // one for all records, since nearly all are ballots
  mutable std::optional<Event> other_;
  mutable std::optional<Recorded> recorded_;
};

// One projection at work. Calls come in the order of the log, on one thread; between `settle` and the next
// record the rows alone are the state. An instance may keep decoded rows, which `forget` drops.
class Fold {
 public:
  virtual ~Fold() = default;

  // Folds a record of an aggregate in the projection's interest. Throws when it cannot: the record's stream
  // is then parked, after everything since the last `settle` was forgotten and folded again without this
  // record.
  virtual void apply(Views& views, const FoldInput& input) = 0;

  // The stream is parked from a record on: what depends on it is provisional. `subject` is empty for a record
  // that does not even tell its stream.
  virtual void park(Views& views, std::string_view subject) = 0;

  // Writes what changed into the rows. Called before each commit.
  virtual void settle(Views& views) = 0;

  // Drops what was not settled and all decoded rows.
  virtual void forget() = 0;
};

// A projection: its name in keys, addresses and metrics, [a-z]+; its version, which rises whenever the same
// log would yield other rows.
struct Projection {
  std::string_view name;
  std::uint32_t version;
  Interest interest;
  std::unique_ptr<Fold> (*make_fold)();
};

// All projections of the program.
std::span<const Projection> all_projections();

}  // namespace stimmbuch::projections
