#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/tlog/note.hpp"

// What a log signs: how large it is and what it holds. C2SP tlog-checkpoint,
// https://c2sp.org/tlog-checkpoint.
namespace stimmbuch::tlog {

struct Checkpoint {
  std::string origin;  // names the log, and is the name of its key
  std::uint64_t size = 0;
  crypto::Digest root{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text of a note.
std::string to_text(const Checkpoint& checkpoint);

// Lines behind the root are allowed, and passed over.
std::expected<Checkpoint, std::string> parse_checkpoint(std::string_view text);

// A checkpoint in a note, and the note.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};

// One that the log signed: by a key whose name is its origin. An error says what is wrong.
std::expected<SignedCheckpoint, std::string> open_checkpoint(std::string_view note, const VerifierKey& log);

}  // namespace stimmbuch::tlog
