#include "stimmbuch/eventstore/checkpoints/signer.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace stimmbuch::checkpoints {

class Signer::Thread {
 public:
  Thread(Parts parts, std::chrono::milliseconds interval)
      : parts_(std::move(parts)),
        interval_(interval),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

 private:
  void run(const std::stop_token& stop) try {
    pthread_setname_np(pthread_self(), "signer");
    std::mutex mutex;
    std::condition_variable_any pause;
    while (!stop.stop_requested()) {
      sign();
      std::unique_lock lock(mutex);
      pause.wait_for(lock, stop, interval_, [] { return false; });
    }
    sign();
  } catch (const std::exception& error) {
    parts_.on_failure(error.what());
  }

  void sign() {
    const auto size = number(parts_.signable());
    const auto known = parts_.checkpoints.latest();
    if (size <= (known ? known->checkpoint.size : 0)) return;
    const auto keys = parts_.checkpoints.keys();
    const auto& origin = keys.at(size).name();
    tlog::Note note{to_text(tlog::Checkpoint{origin, size, tlog::Tree(parts_.tiles, size).root()}), {}};
    for (const auto& seed : parts_.seeds(size))
      note.signatures.push_back(tlog::sign_note(note.text, origin, seed));
    parts_.checkpoints.take(to_text(note), parts_.tiles, size);
    parts_.on_signed(*parts_.checkpoints.latest());
  }

  const Parts parts_;
  const std::chrono::milliseconds interval_;
  std::jthread thread_;  // last: it uses all of the above
};

Signer::Signer(Parts parts, std::chrono::milliseconds interval)
    : thread_(std::make_unique<Thread>(std::move(parts), interval)) {}

Signer::~Signer() = default;

}  // namespace stimmbuch::checkpoints
