#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::checkpoints {

// What was signed and what is there do not go together: the records, or the file with the signature, are not
// what they were. The text names the positions, and is for the operator.
class CheckpointFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A checkpoint, and the note that it came in.
struct Published {
  tlog::Checkpoint checkpoint;
  std::string note;
};

// The newest checkpoint of a log that this node has, kept in a file beside the log's database: what the
// database forgets, the file does not. Any thread.
class Checkpoints {
 public:
  // Reads the file, if there is one. Throws CheckpointFault if it is not a checkpoint signed by the log, and
  // std::runtime_error if it cannot be read.
  Checkpoints(std::filesystem::path file, tlog::VerifierKey log);

  const tlog::VerifierKey& log() const { return log_; }

  // Null: none yet.
  std::shared_ptr<const Published> latest() const;

  // Holds the newest against the tiles of a log with `size` records. Throws CheckpointFault if it covers more
  // than these, or others.
  void require_agreement(const tlog::Tiles& tiles, std::uint64_t size) const;

  // Holds a checkpoint against a log in the same way, and keeps it if it is newer, or the same with other
  // signatures: durable on return. Throws CheckpointFault, also if it is not signed by the log, and
  // std::runtime_error if it cannot be written.
  void take(std::string_view note, const tlog::Tiles& tiles, std::uint64_t size);

 private:
  tlog::SignedCheckpoint open(std::string_view note) const;

  const std::filesystem::path file_;
  const tlog::VerifierKey log_;

  std::mutex taking_;         // one at a time, with its file
  mutable std::mutex mutex_;  // guards the next one
  std::shared_ptr<const Published> latest_;
};

}  // namespace stimmbuch::checkpoints
