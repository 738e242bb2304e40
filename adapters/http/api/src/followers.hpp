#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "call.hpp"
#include "consistency_token.hpp"
#include "stimmbuch/adapters/http/server/event_stream.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::projections {
class ViewStore;
struct ChangedDocument;
}  // namespace stimmbuch::projections

namespace stimmbuch::http::api {

// Keeps browsers and auditors up to date by server-sent events. One thread of its own reads and sends. It
// looks twice a second which polls have changed and tells their followers, so that a flood of votes makes no
// flood of events; records go out in the order of the log, the next of them when the auditor has taken the
// last. Others only leave it news, so nobody waits for a reader.
class Followers {
 public:
  // All must outlive the followers, and these the server whose streams they feed.
  Followers(TokensOf tokens, const eventstore::Records& log, const projections::ViewStore& views);
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
  // Set by the stream.
  struct Signals {
    std::atomic<bool> over = false;
    std::atomic<bool> idle = true;  // what was sent has been taken
  };
  struct PollFollower {
    Stream stream;
    std::shared_ptr<Signals> signals;
    std::string shown;  // the ETag of the tally sent last: a change may be told behind its tally
  };
  struct RecordFollower {
    Stream stream;
    std::shared_ptr<Signals> signals;
    Position cursor;
  };
  // What others leave for the thread.
  struct News {
    std::vector<std::pair<PollId, PollFollower>> poll_followers;
    std::vector<RecordFollower> record_followers;
    std::set<PollId> changed;
  };

  static std::shared_ptr<Signals> signals_of(EventStream& stream);

  // Leaves the thread news and wakes it.
  template <class Change>
  void leave(Change&& change);

  void run();
  // The news, waited for, but no longer than a tick; nothing when the thread shall end.
  std::optional<News> next_news();
  void welcome(News news);
  // Lets go of those who left: a quiet poll would keep them for ever.
  void forget_gone();
  void tell_polls();
  void tell_records();
  // False: the stream is over.
  bool send_tally(const PollId& poll, PollFollower& follower) const;
  bool send_records(RecordFollower& follower);

  const TokensOf tokens_;
  const eventstore::Records& log_;
  const projections::ViewStore& views_;

  std::mutex mutex_;  // guards the next three; held for moments only
  News news_;
  bool woken_ = false;
  bool stopping_ = false;
  std::condition_variable wake_;

  // The thread's own.
  std::multimap<PollId, PollFollower> polls_;
  std::vector<RecordFollower> records_;
  std::set<PollId> changed_;

  std::thread thread_;
};

}  // namespace stimmbuch::http::api
