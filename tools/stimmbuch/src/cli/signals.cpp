#include "cli/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace stimmbuch::program {

namespace {

int checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

int descriptor_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return checked(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
}

}  // namespace

Signals::Signals(std::initializer_list<int> signals)
    : signals_(descriptor_of(signals)), wake_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {}

Signals::~Signals() {
  close(signals_);
  close(wake_);
}

std::optional<int> Signals::wait(std::chrono::milliseconds at_most) {
  return wait_ms(static_cast<int>(at_most.count()));
}

std::optional<int> Signals::wait() {
  return wait_ms(-1);
}

std::optional<int> Signals::wait_ms(int at_most) {
  std::array<pollfd, 2> watched{pollfd{signals_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (poll(watched.data(), watched.size(), at_most) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
  signalfd_siginfo info{};
  if ((watched[0].revents & POLLIN) == 0 || read(signals_, &info, sizeof info) != sizeof info)
    return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Signals::wake() {
  const std::uint64_t one = 1;
  // It fails only when it was woken already.
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

}  // namespace stimmbuch::program
