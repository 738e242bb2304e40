#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"
#include "stimmbuch/eventstore/tlog/policy.hpp"

namespace stimmbuch::checkpoints {

// What a witness answered.
struct WitnessAnswer {
  unsigned status = 0;
  std::string body;
};

// Posts a body to a URL; an error says why there is no answer. May take some seconds.
using PostToWitness =
    std::function<std::expected<WitnessAnswer, std::string>(const std::string& url, std::string body)>;

// How many records of a log a witness has cosigned; an error says why that is not known. It is asked to
// cosign the note of a checkpoint of one record, which every log began with.
std::expected<std::uint64_t, std::string> size_at_witness(const tlog::Witness& witness,
                                                          const PostToWitness& post, const std::string& note);

// Brings each checkpoint to the witnesses of a policy, and their cosignatures into it: C2SP tlog-witness,
// https://c2sp.org/tlog-witness. On a thread of its own; a witness that does not answer holds up nobody but
// itself, and is asked again with the next checkpoint.
class WitnessFeeder {
 public:
  // All must outlive the feeder.
  struct Parts {
    const tlog::Tiles& tiles;
    Checkpoints& checkpoints;
    std::vector<tlog::Witness> witnesses;  // with URLs
    PostToWitness post;
    std::function<void(const Published&)> on_cosigned;  // on the feeder's thread
    std::function<void(std::string_view)> log;          // for the operator: what changed about a witness
  };

  explicit WitnessFeeder(Parts parts);
  // Ends the thread when the witness that is being asked has answered, or its time is over.
  ~WitnessFeeder();

  // There is a newer checkpoint. Any thread.
  void notify();

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace stimmbuch::checkpoints
