#include "waiters.hpp"

namespace stimmbuch::projections {

std::optional<Worker::Ticket> Waiters::add(std::size_t projection, Position position,
                                           Clock::time_point deadline, Worker::OnWaited callback) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiters_.size() >= waiters_max_) return std::nullopt;
  const Worker::Ticket ticket = next_ticket_++;
  waiters_.emplace(ticket, Waiter{projection, position, deadline, std::move(callback)});
  by_position_[projection].emplace(position, ticket);
  by_deadline_.emplace(deadline, ticket);
  return ticket;
}

void Waiters::cancel(Worker::Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (const auto waiter = waiters_.find(ticket); waiter != waiters_.end()) erase(waiter);
}

void Waiters::erase(std::map<Worker::Ticket, Waiter>::iterator waiter) {
  by_position_[waiter->second.projection].erase({waiter->second.position, waiter->first});
  by_deadline_.erase({waiter->second.deadline, waiter->first});
  waiters_.erase(waiter);
}

void Waiters::take(Worker::Ticket ticket, Waited waited, Answers& answers) {
  const auto waiter = waiters_.find(ticket);
  answers.emplace_back(std::move(waiter->second.callback), waited);
  erase(waiter);
}

void Waiters::give(Answers& answers) {
  for (auto& [callback, waited] : answers) callback(waited);
}

void Waiters::wake(const std::vector<std::optional<Position>>& positions, Clock::time_point now) {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      auto& waiting = by_position_[i];
      while (positions[i] && !waiting.empty() && waiting.begin()->first <= *positions[i]) {
        take(waiting.begin()->second, Waited::reached, answers);
      }
    }
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
      take(by_deadline_.begin()->second, Waited::timed_out, answers);
    }
  }
  give(answers);
}

std::optional<Waiters::Clock::time_point> Waiters::next_deadline() const {
  const std::lock_guard lock(mutex_);
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

void Waiters::stop() {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    while (!waiters_.empty()) take(waiters_.begin()->first, Waited::stopped, answers);
  }
  give(answers);
}

}  // namespace stimmbuch::projections
