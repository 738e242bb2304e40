#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"
#include "stimmbuch/eventstore/ledger/position.hpp"

namespace stimmbuch::checkpoints {

// Signs a log that grows: once an interval, if there is more than was signed, on a thread of its own, so that
// nobody who appends waits for it. A signature cannot be taken back; so `signable` must say no more than what
// no accident can take away any more.
class Signer {
 public:
  // All must outlive the signer.
  struct Parts {
    const tlog::Tiles& tiles;
    Checkpoints& checkpoints;
    // The key pairs that sign a checkpoint of that size now.
    std::function<std::vector<crypto::Secret>(std::uint64_t size)> seeds;
    std::function<eventstore::Position()> signable;        // the last record that may be signed for
    std::function<void(const Published&)> on_signed;       // on the signer's thread, when it is durable
    std::function<void(std::string_view why)> on_failure;  // it has ended, and signs nothing more
  };

  Signer(Parts parts, std::chrono::milliseconds interval);
  // Signs for what is there, and ends the thread.
  ~Signer();

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace stimmbuch::checkpoints
