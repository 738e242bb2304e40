#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/clock.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::program {

// Closes polls whose announced time has come, in the engine's name. Votes that come later are refused with or
// without it; this makes the end a record. One thread of its own, which looks once a second.
class PollCloser {
 public:
  // All must outlive the closer.
  PollCloser(const projections::ViewStore& views, runner::Runner& runner, const runner::Clock& clock,
             const crypto::Secret& idempotency);
  ~PollCloser();

 private:
  void run();
  void close_due();

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
