#include "bench/child_program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stimmbuch::program {

namespace {

constexpr const char* this_program = "/proc/self/exe";

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

ChildProgram::ChildProgram(std::vector<std::string> words, Talk talk) {
  words.insert(words.begin(), "stimmbuch");
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe2");
  id_ = fork();
  if (id_ < 0) fail("fork");
  if (id_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(pipe[1], STDOUT_FILENO);
    if (talk == Talk::dropped) {
      const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
      dup2(nowhere, STDERR_FILENO);
    }
    execv(this_program, pointers.data());
    _exit(127);
  }
  close(pipe[1]);
  result_ = pipe[0];
}

ChildProgram::~ChildProgram() {
  stop();
  close(result_);
}

std::optional<std::string> ChildProgram::next_line() {
  std::array<char, 4096> bytes{};
  for (auto end = read_.find('\n');; end = read_.find('\n')) {
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    const auto size = read(result_, bytes.data(), bytes.size());
    if (size == 0) return std::nullopt;
    if (size > 0) {
      read_.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (errno != EINTR) {
      fail("read");
    }
  }
}

void ChildProgram::stop() {
  if (id_ < 0) return;
  kill(id_, SIGTERM);
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
}

}  // namespace stimmbuch::program
