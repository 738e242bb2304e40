#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stimmbuch::http {

// A few threads for work that may wait for the disk, so that I/O threads never do. Thread-safe. Tasks must
// not throw and must return in bounded time.
class BlockingPool {
 public:
  using Task = std::move_only_function<void()>;

  explicit BlockingPool(std::size_t threads = 2, std::size_t queued_tasks = 1024);
  // Waits for the tasks that run and drops those that wait.
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // False: the queue is full, and the task is dropped.
  [[nodiscard]] bool try_run(Task task);

  // Takes the task even if the queue is full: for callers that bound the number of their tasks themselves.
  void run(Task task);

 private:
  void work();

  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace stimmbuch::http
