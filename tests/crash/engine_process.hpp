#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "api_client.hpp"

namespace stimmbuch::test {

// An engine in another process.
class EngineProcess {
 public:
  // `dies_at`: the step of the sweep at which it kills itself.
  explicit EngineProcess(const std::filesystem::path& data, const std::string& dies_at = "") {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(pipe[1], STDOUT_FILENO);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execl(STIMMBUCH_ENGINE_CHILD, STIMMBUCH_ENGINE_CHILD, data.c_str(),
              dies_at.empty() ? nullptr : dies_at.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(pipe[1]);
    std::string line;
    char c = 0;
    while (::read(pipe[0], &c, 1) == 1 && c != '\n') line += c;
    ::close(pipe[0]);
    if (line.empty()) throw std::runtime_error("the engine does not start");
    endpoints_ = {static_cast<std::uint16_t>(std::stoi(line)), data / "admin.sock"};
  }
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;
  ~EngineProcess() { kill(); }

  const Endpoints& endpoints() const { return endpoints_; }

  // Until it has killed itself; false: it ended otherwise.
  bool waits_for_death() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  pid_t process_ = -1;
  Endpoints endpoints_;
};

// All work on the engine of a directory at once until it is killed, at a moment that the test draws, and is
// then started again.
using Work = std::function<void(const Endpoints&)>;
inline void kill_amid(const std::vector<Work>& work, std::unique_ptr<EngineProcess>& engine,
                      const std::filesystem::path& data, std::mt19937_64& random) {
  std::vector<std::thread> threads;
  for (const Work& one : work) threads.emplace_back([&] { one(engine->endpoints()); });
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 400'000));
  engine->kill();
  for (auto& thread : threads) thread.join();
  engine = std::make_unique<EngineProcess>(data);
}

}  // namespace stimmbuch::test
