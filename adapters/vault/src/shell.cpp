#include "shell.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.hpp"

namespace stimmbuch::vault {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause{5};

std::string text_of(int number) {
  return std::generic_category().message(number);
}

// The shell in a process group of its own, so that it can be killed with what it started; 0 and errno
// otherwise.
pid_t spawn_shell(const std::string& command, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh";
  std::string option = "-c";
  std::string line = command;
  std::array<char*, 4> words{shell.data(), option.data(), line.data(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, "/bin/sh", &files, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  errno = failed;
  return failed == 0 ? child : 0;
}

// Reads until the end or the buffer's size; false: the deadline came first.
bool read_until(const Descriptor& from, std::span<char> buffer, std::size_t& size,
                steady_clock::time_point deadline) {
  while (size < buffer.size()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{.fd = from.get(), .events = POLLIN, .revents = 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const auto got = ::read(from.get(), buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    size += static_cast<std::size_t>(got);
  }
  return true;
}

// As waitpid; false: it has not ended yet.
bool reap(pid_t child, int& status, int options) {
  while (true) {
    const auto ended = ::waitpid(child, &status, options);
    if (ended >= 0 || errno != EINTR) return ended == child;
  }
}

bool reap_until(pid_t child, int& status, steady_clock::time_point deadline) {
  while (!reap(child, status, WNOHANG)) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

}  // namespace

ShellRun run_shell(const std::string& command, std::span<char> buffer, std::chrono::seconds patience) {
  ShellRun run;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {.size = 0, .trouble = "cannot be run: " + text_of(errno)};
  const Descriptor output{ends[0]};
  pid_t shell = 0;
  {
    const Descriptor input{ends[1]};
    shell = spawn_shell(command, input.get());
  }
  if (shell == 0) return {.size = 0, .trouble = "cannot be run: " + text_of(errno)};
  const auto deadline = steady_clock::now() + patience;
  const bool is_full = read_until(output, buffer, run.size, deadline) && run.size == buffer.size();
  int status = 0;
  if (is_full || !reap_until(shell, status, deadline)) {
    ::kill(-shell, SIGKILL);
    reap(shell, status, 0);
    if (!is_full) run.trouble = "did not end within " + std::to_string(patience.count()) + " seconds";
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    run.trouble = WIFEXITED(status) ? "ended with exit code " + std::to_string(WEXITSTATUS(status))
                                    : std::string{"was ended by a signal"};
  }
  return run;
}

}  // namespace stimmbuch::vault
