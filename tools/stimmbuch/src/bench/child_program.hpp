#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace stimmbuch::program {

// This program in a process of its own, whose result is read. It does not outlive the object, nor the
// thread that made it. One thread.
class ChildProgram {
 public:
  enum class Talk { shown, dropped };  // what it writes to standard error

  ChildProgram(std::vector<std::string> words, Talk talk);
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  pid_t id() const { return id_; }

  // The next line of its result; nothing behind the last.
  std::optional<std::string> next_line();

  // Asks it to end and waits until it has.
  void stop();

 private:
  pid_t id_ = -1;
  int result_ = -1;  // file descriptor
  std::string read_;
};

}  // namespace stimmbuch::program
