#include "stimmbuch/adapters/kafka/follower.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace stimmbuch::kafka {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto idle = 250ms;
constexpr auto retry_pause = 1s;
constexpr auto silence_max = 5s;  // of a broker; then it hangs, or what is between does

}  // namespace

class Follower::Thread {
 public:
  Thread(Parts parts, Settings settings, const LedgerId& ledger)
      : parts_(std::move(parts)),
        settings_(std::move(settings)),
        ledger_id_(ledger),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  FollowerStatus wait_until(const std::function<bool(const FollowerStatus&)>& condition,
                            steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] { return condition(status_); });
    return status_now();
  }

  FollowerStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_now();
  }

 private:
  void run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "follower");
    while (!stop.stop_requested()) {
      try {
        Replica replica(parts_.ledger, parts_.vault, settings_, ledger_id_, parts_.on_leader_changed,
                        parts_.on_checkpoint);
        while (!stop.stop_requested()) {
          replica.step(idle);
          tell(replica);
        }
      } catch (const BrokerError& error) {
        disconnected(error.what());
      } catch (const std::exception& fault) {
        disconnected(fault.what());
        return parts_.on_fault(fault.what());
      }
      std::unique_lock lock(mutex_);
      pause_.wait_for(lock, stop, retry_pause, [] { return false; });
    }
  }

  void tell(const Replica& replica) {
    {
      const std::lock_guard lock(mutex_);
      status_.connected = true;
      status_.has_rows = status_.has_rows || replica.has_rows();
      status_.has_caught_up = status_.has_caught_up || replica.has_caught_up();
      status_.trouble.clear();
      at_end_since_ = replica.at_end_since();
      rows_at_end_since_ = replica.rows_at_end_since();
      heard_at_ = replica.heard_at();
    }
    changed_.notify_all();
  }

  void disconnected(const std::string& why) {
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      is_new = status_.trouble != why;
      status_.connected = false;
      status_.trouble = why;
    }
    changed_.notify_all();
    if (is_new) settings_.log("not following: " + why);
  }

  // With the mutex held.
  FollowerStatus status_now() const {
    FollowerStatus status = status_;
    const auto now = steady_clock::now();
    status.behind = duration_cast<seconds>(now - at_end_since_);
    status.rows_behind = duration_cast<seconds>(now - rows_at_end_since_);
    if (const auto silence = duration_cast<seconds>(now - heard_at_);
        status.connected && silence >= silence_max) {
      status.connected = false;
      status.trouble = "the broker has not answered for " + std::to_string(silence.count()) + " seconds";
    }
    return status;
  }

  const Parts parts_;
  const Settings settings_;
  const LedgerId ledger_id_;

  mutable std::mutex mutex_;  // guards the next four
  FollowerStatus status_;
  steady_clock::time_point at_end_since_ = steady_clock::now();
  steady_clock::time_point rows_at_end_since_ = at_end_since_;
  steady_clock::time_point heard_at_ = at_end_since_;
  mutable std::condition_variable changed_;
  std::condition_variable_any pause_;

  std::jthread thread_;  // last: it uses everything above
};

Follower::Follower(Parts parts, Settings settings, const LedgerId& ledger)
    : thread_(std::make_unique<Thread>(std::move(parts), std::move(settings), ledger)) {}

Follower::~Follower() = default;

FollowerStatus Follower::wait_until(const std::function<bool(const FollowerStatus&)>& condition,
                                    steady_clock::time_point deadline) const {
  return thread_->wait_until(condition, deadline);
}

FollowerStatus Follower::status() const {
  return thread_->status();
}

}  // namespace stimmbuch::kafka
