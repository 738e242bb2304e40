#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::projections {

// Who waits for a projection to reach a position. Registered and cancelled by any thread; callbacks run on
// the thread that calls `wake` or `stop`, outside the lock.
class Waiters {
 public:
  using Clock = std::chrono::steady_clock;

  Waiters(std::size_t projections, std::size_t waiters_max)
      : by_position_(projections), waiters_max_(waiters_max) {}

  // Nothing if too many wait, or none is let in any more.
  std::optional<Worker::Ticket> add(std::size_t projection, Position position, Clock::time_point deadline,
                                    Worker::OnWaited callback);
  void cancel(Worker::Ticket ticket);

  // Calls back who waits for one of these positions (by projection; nothing while it is being built), and
  // whose deadline has passed.
  void wake(const std::vector<std::optional<Position>>& positions, Clock::time_point now);

  // When somebody's deadline passes next.
  std::optional<Clock::time_point> next_deadline() const;

  // Calls back everybody, and lets nobody in any more.
  void stop();

 private:
  struct Waiter {
    std::size_t projection;
    Position position;
    Clock::time_point deadline;
    Worker::OnWaited callback;
  };
  using Answers = std::vector<std::pair<Worker::OnWaited, Waited>>;

  void take(Worker::Ticket ticket, Waited waited, Answers& answers);
  void erase(std::map<Worker::Ticket, Waiter>::iterator waiter);
  static void give(Answers& answers);

  mutable std::mutex mutex_;  // guards what follows
  std::map<Worker::Ticket, Waiter> waiters_;
  std::vector<std::set<std::pair<Position, Worker::Ticket>>> by_position_;
  std::set<std::pair<Clock::time_point, Worker::Ticket>> by_deadline_;
  Worker::Ticket next_ticket_ = 1;
  bool stopped_ = false;

  const std::size_t waiters_max_;
};

}  // namespace stimmbuch::projections
