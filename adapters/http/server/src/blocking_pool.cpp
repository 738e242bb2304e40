#include "stimmbuch/adapters/http/server/blocking_pool.hpp"

#include <utility>

#include <pthread.h>

namespace stimmbuch::http {

BlockingPool::BlockingPool(std::size_t threads, std::size_t queued_tasks) : max_queued_(queued_tasks) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

BlockingPool::~BlockingPool() {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  threads_.clear();
}

bool BlockingPool::try_run(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= max_queued_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void BlockingPool::run(Task task) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void BlockingPool::work() {
  pthread_setname_np(pthread_self(), "http-pool");
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    {
      Task task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace stimmbuch::http
