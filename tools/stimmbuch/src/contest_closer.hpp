#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/clock.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::program {

// Closes polls whose announced time has come and surveys whose phase is over, in the engine's name. Votes and
// answers that come later are refused with or without it; this makes the end a record. One thread of its own,
// which looks once a second.
class ContestCloser {
 public:
  // All must outlive the closer.
  ContestCloser(const projections::ViewStore& views, runner::Runner& runner, const runner::Clock& clock,
                const crypto::Secret& idempotency);
  ~ContestCloser();

 private:
  void run();
  void close_due();
  // What a list of a projection says is due; `close` makes of an id the command to its stream.
  template <class AnyId>
  void close_listed(std::string_view projection, std::string_view prefix, const Command& close);

  const projections::ViewStore& views_;
  runner::Runner& runner_;
  const runner::Clock& clock_;
  const crypto::Mac key_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace stimmbuch::program
