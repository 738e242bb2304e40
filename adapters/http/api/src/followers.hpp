#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "call.hpp"
#include "stimmbuch/adapters/http/server/event_stream.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::projections {
class ViewStore;
struct ChangedDocument;
}  // namespace stimmbuch::projections

namespace stimmbuch::http::api {

// Keeps browsers and auditors up to date by server-sent events. One thread of its own looks twice a second
// which polls have changed and tells their followers, so that a flood of votes makes no flood of events;
// records go out as fast as each auditor takes them, in the order of the log.
class Followers {
 public:
  // All must outlive the followers.
  Followers(const LedgerId& ledger, const eventstore::Ledger& log, const projections::ViewStore& views);
  ~Followers();

  // The present tally at once, then each change. With the tally of a poll that will not change any more the
  // stream ends, and who comes back having seen it is told to stay away (204).
  void follow_poll(Call call);
  // The records behind the position that the client saw last, or behind the head.
  void follow_records(Call call);

  // The tallies of these polls have changed.
  void changed(std::span<const projections::ChangedDocument> documents);

  // Ends the thread; the server ends the streams.
  void stop();

 private:
  using Stream = std::shared_ptr<EventStream>;
  // Becomes true when the stream is over, whoever ended it.
  using Over = std::shared_ptr<const std::atomic<bool>>;
  struct PollFollower {
    Stream stream;
    Over over;
  };
  struct RecordFollower {
    Stream stream;
    Over over;
    Position cursor;
  };

  static Over over(EventStream& stream);

  void run();
  // Lets go of those who left: a quiet poll would keep them for ever.
  void forget_gone();
  void tell_polls();
  void tell_records();
  // False: the stream is over.
  bool send_tally(const PollId& poll, const Stream& stream) const;
  bool send_records(RecordFollower& follower) const;

  const LedgerId ledger_;
  const eventstore::Ledger& log_;
  const projections::ViewStore& views_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::multimap<PollId, PollFollower> polls_;
  std::set<PollId> changed_;
  std::vector<RecordFollower> records_;

  std::thread thread_;
};

}  // namespace stimmbuch::http::api
