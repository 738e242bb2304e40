#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>

namespace stimmbuch::program {

// Signals as something to wait for. From its making on the signals are blocked in this thread and in those
// that it starts, so it is made before any other thread, and they end nothing by themselves.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> signals);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next signal; nothing when the time is over or wake() was called.
  std::optional<int> wait(std::chrono::milliseconds at_most);
  // The next signal; nothing when wake() was called.
  std::optional<int> wait();

  // Ends waits, the present one and all to come. Any thread.
  void wake();

 private:
  std::optional<int> wait_ms(int at_most);

  int signals_;  // file descriptors
  int wake_;
};

}  // namespace stimmbuch::program
