#pragma once

#include <expected>
#include <optional>

#include "audit/checks.hpp"
#include "audit/verification.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"

namespace stimmbuch::program {

// What an audit of a log begins with.
struct SignedHead {
  tlog::KeyChain keys;
  tlog::Note note;
  tlog::Checkpoint checkpoint;
  std::optional<tlog::SignedCheckpoint> earlier;  // that the auditor kept
};

inline std::optional<tlog::Checkpoint> checkpoint_of(const std::optional<tlog::SignedCheckpoint>& one) {
  return one ? std::optional(one->checkpoint) : std::nullopt;
}

// Reads key and checkpoint of a log, and checks who signed it. Without them there is nothing to check: that
// is a failure.
std::expected<SignedHead, Failure> check_signed_head(const FetchLogFile& fetch, const AuditMaterial& material,
                                                     CheckList& checks);

}  // namespace stimmbuch::program
