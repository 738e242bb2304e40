#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"
#include "streams.hpp"

namespace stimmbuch::runner {

// The commands of one sync: decided one after the other, each on the state behind the one before it; their
// records and vault rows are gathered here until they are written together.
class Group {
 public:
  struct Parts {
    const eventstore::Records& log;  // all that is synced
    const Vault& vault;
    Streams& streams;
    const Random& random;
    LedgerId ledger_id;
  };

  // `now`: the time of all its records.
  Group(const Parts& parts, Time now) : parts_(parts), now_(now), head_(parts.log.head()) {}

  // What becomes of the command once the group is written.
  Outcome decide(const Submission& submission);

  bool writes() const { return !records_.empty(); }
  Position first() const { return next(head_); }
  const std::vector<VaultRow>& rows() const { return rows_; }
  // Views into the group.
  std::vector<eventstore::NewRecord> records() const;

 private:
  struct Pending {
    std::string_view subject;  // of the stream, which stays where it is until the group ends
    std::string bytes;
  };

  Outcome decide_new(const Submission& submission, Stream& stream, std::optional<CitizenId> holder,
                     bool held);
  Outcome replay(const StreamId& id, const Stream& stream, const TakenCommand& taken) const;
  std::vector<Event> events_between(Position first, Position last) const;
  Accepted append(const Submission& submission, Stream& stream, std::vector<Event> events);
  void keep_rows(const Submission& submission, std::string_view subject, Revision revision);
  bool texts_differ(const Submission& submission, const TakenCommand& taken) const;
  std::optional<std::string> row(RowClass row_class, const std::string& name) const;
  bool has_no_secret_yet(const Submission& submission) const;
  // Whether the identity is one whose account is being erased.
  bool is_held(const Submission& submission, const std::optional<CitizenId>& holder) const;
  std::optional<CitizenId> holder_of(const std::optional<std::string>& identity_row) const;

  const Parts& parts_;
  Time now_;
  Position head_;  // before the group
  std::deque<Pending> records_;
  std::vector<VaultRow> rows_;
  std::map<std::string, std::size_t> row_index_;  // into rows_, by name
};

}  // namespace stimmbuch::runner
