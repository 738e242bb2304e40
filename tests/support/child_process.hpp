#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stimmbuch::test {

// A program that a test runs beside itself, with what it prints. Every wait has a deadline, behind which it
// throws; the process does not outlive its object. One thread.
class ChildProcess {
 public:
  static constexpr std::chrono::seconds usual_deadline{60};

  explicit ChildProcess(const std::vector<std::string>& command,
                        const std::map<std::string, std::string>& environment = {}) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) fail("pipe2");
    pid_ = fork();
    if (pid_ < 0) fail("fork");
    if (pid_ == 0) run(command, environment, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    out_.descriptor = out[0];
    err_.descriptor = err[0];
    process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (process_ < 0) fail("pidfd_open");
  }

  ~ChildProcess() {
    if (!status_) {
      ::kill(pid_, SIGKILL);
      int ignored = 0;
      waitpid(pid_, &ignored, 0);
    }
    for (const int descriptor : {out_.descriptor, err_.descriptor, process_}) {
      if (descriptor >= 0) close(descriptor);
    }
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) { ::kill(pid_, number); }

  // Waits for the end. Returns the exit code, or 128 and the number of the signal that ended it.
  int wait(std::chrono::milliseconds at_most = usual_deadline) {
    read_until(at_most, [this] { return out_.descriptor < 0 && err_.descriptor < 0; });
    pollfd ended{process_, POLLIN, 0};
    if (poll(&ended, 1, static_cast<int>(at_most.count())) != 1)
      throw std::runtime_error("the child does not end: " + err_.text);
    int status = 0;
    waitpid(pid_, &status, 0);
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return *status_;
  }

  // Waits for the first line on either stream that begins with a text; returns what follows it in the line.
  std::string wait_for_line(std::string_view beginning, std::chrono::milliseconds at_most = usual_deadline) {
    std::optional<std::string> found;
    read_until(at_most, [&] {
      found = line_with(out_.text, beginning);
      if (!found) found = line_with(err_.text, beginning);
      return found.has_value() || (out_.descriptor < 0 && err_.descriptor < 0);
    });
    if (!found)
      throw std::runtime_error("the child ended without the line '" + std::string(beginning) +
                               "': " + err_.text);
    return *found;
  }

  // What it has printed so far, as far as it was waited for.
  const std::string& out() const { return out_.text; }
  const std::string& err() const { return err_.text; }

 private:
  struct Stream {
    int descriptor = -1;
    std::string text;
  };

  [[noreturn]] static void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

  [[noreturn]] static void run(const std::vector<std::string>& command,
                               const std::map<std::string, std::string>& environment, int out, int err) {
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(127);
  }

  static std::optional<std::string> line_with(std::string_view text, std::string_view beginning) {
    while (true) {
      const auto end = text.find('\n');
      if (end == std::string_view::npos) return std::nullopt;
      if (text.starts_with(beginning))
        return std::string(text.substr(beginning.size(), end - beginning.size()));
      text.remove_prefix(end + 1);
    }
  }

  void read_until(std::chrono::milliseconds at_most, const std::function<bool()>& enough) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (!enough()) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      // poll() ignores streams that have ended: their descriptor is negative.
      std::array<pollfd, 2> streams{pollfd{out_.descriptor, POLLIN, 0}, pollfd{err_.descriptor, POLLIN, 0}};
      if (left.count() <= 0 || poll(streams.data(), streams.size(), static_cast<int>(left.count())) == 0) {
        throw std::runtime_error("the child took too long: " + out_.text + err_.text);
      }
      if (streams[0].revents != 0) read_some(out_);
      if (streams[1].revents != 0) read_some(err_);
    }
  }

  static void read_some(Stream& stream) {
    std::array<char, 64 * 1024> bytes{};
    const auto size = read(stream.descriptor, bytes.data(), bytes.size());
    if (size > 0) {
      stream.text.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      close(std::exchange(stream.descriptor, -1));
    }
  }

  pid_t pid_ = -1;
  int process_ = -1;  // becomes readable when the process has ended
  Stream out_;
  Stream err_;
  std::optional<int> status_;
};

}  // namespace stimmbuch::test
