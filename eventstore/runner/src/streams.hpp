#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"
#include "stimmbuch/eventstore/runner/known_citizens.hpp"

namespace stimmbuch::runner {

// A command that a stream has taken, to recognise its repeat.
struct TakenCommand {
  CommandTag tag;
  Position first;
  Position last;
};

// A stream as its records make it.
struct Stream {
  std::string subject;
  State state;
  std::optional<Revision> last;
  std::vector<TakenCommand> commands;

  // Folds one more record.
  void take(const CommandTag& tag, const Event& event, const Recorded& recorded);
  const TakenCommand* find(const CommandTag& tag) const;
};

// The folded streams that decisions read: the present group's on top of the ledger's. Those of participants
// in contests are forgotten after the group, since a voter seldom returns at once; of the others the most
// recently used stay. Belongs to the writer thread.
class Streams final : public States {
 public:
  Streams(const eventstore::Records& log, KnownCitizens& citizens, std::size_t cached_max)
      : log_(log), citizens_(citizens), cached_max_(cached_max) {}

  // References stay valid until `end_group` or `forget`.
  Stream& at(const StreamId& stream);
  const State& of(const StreamId& stream) override;

  // The present group has a record for the stream.
  void changed(const StreamId& stream);

  // The group is written. Forgets participants and what exceeds the bound.
  void end_group();
  // Forgets everything: the ledger did not take what was folded.
  void forget();

  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<Stream>;

  Stream& participant(const StreamId& stream);
  void load(Stream& stream) const;

  const eventstore::Records& log_;
  KnownCitizens& citizens_;
  std::size_t cached_max_;
  Entries entries_;  // but of participants; most recently used first
  std::unordered_map<std::string_view, Entries::iterator> by_subject_;
  // Of this group. Apart from the others, which are so many that looking into them is slow.
  std::deque<Stream> participants_;
  std::unordered_map<std::string_view, Stream*> participant_by_subject_;
  std::set<CitizenId> changed_citizens_;  // by this group
};

}  // namespace stimmbuch::runner
