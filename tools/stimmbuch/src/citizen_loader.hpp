#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/known_citizens.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::program {

// Tells the writer, once after a start and on a thread of its own, what the views know of citizens; until
// then it reads the stream of each citizen who comes for the first time. Destruction ends it where it is.
class CitizenLoader {
 public:
  // All must outlive this.
  CitizenLoader(const eventstore::Records& log, const projections::ViewStore& views,
                runner::KnownCitizens& citizens);

 private:
  void run(const std::stop_token& stop);
  bool wait_for_views(const std::stop_token& stop);

  const projections::ViewStore& views_;
  runner::KnownCitizens& citizens_;
  // What the views show at or behind this position is what the writer found, or newer: then it has said so.
  const Position head_at_start_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace stimmbuch::program
