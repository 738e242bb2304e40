#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::checkpoints {

// What was signed and what is there do not go together: the records, or the file with the signature, are not
// what they were. The text names the positions, and is for the operator.
class CheckpointFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A checkpoint, the note that it came in, and the key that must have signed it.
struct Published {
  tlog::Checkpoint checkpoint;
  std::string note;
  tlog::VerifierKey key;
};

// The keys of a log, as its records say now.
using KeysOfLog = std::function<tlog::KeyChain()>;

// The newest checkpoint of a log that this node has, kept in a file beside the log's database: what the
// database forgets, the file does not. Any thread.
class Checkpoints {
 public:
  // Reads the file, if there is one. Throws CheckpointFault if it is not a checkpoint signed by the log, and
  // std::runtime_error if it cannot be read.
  Checkpoints(std::filesystem::path file, KeysOfLog keys);

  // Called whenever they are asked for: a checkpoint is signed by the key that is valid at its size.
  tlog::KeyChain keys() const { return keys_(); }

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
  Published open(std::string_view note) const;

  const std::filesystem::path file_;
  const KeysOfLog keys_;

  std::mutex taking_;         // one at a time, with its file
  mutable std::mutex mutex_;  // guards the next one
  std::shared_ptr<const Published> latest_;
};

}  // namespace stimmbuch::checkpoints
